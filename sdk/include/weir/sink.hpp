#pragma once

// Where a plugin's metrics go: a builder that seals its rows into host buffers and emits them.
//
//   out.metric("cpu"_k).tag("cpu"_k, "cpu0").field("usage_idle"_k, 93.5);
//
// The SDK emits what is left when gather, push, process or parse returns; a plugin with threads of its own
// calls emit().
//
// Threads    One thread at a time.
// Errors     A host without memory or shutting down: rows are dropped with the batch, emit() says so; inside a
//            call the SDK turns it into the call's status.
// Limits     A batch is emitted by itself when it reaches rows_max rows or bytes_max bytes; where the host has no
//            room, a plugin that MAY_BLOCK waits for it.

#include <weir/builder.hpp>
#include <weir/error.hpp>

namespace weir {
inline namespace v1 __attribute__((visibility("hidden"))) {

  // What emitted rows are made from and where they go.
  struct emit_options {
    std::uint32_t lane = 0;
    std::uint64_t cookie = 0;  // not 0: an ack is wanted
    const std::uint64_t* parents = nullptr;
    std::uint32_t n_parents = 0;
    bool may_wait = false;    // wait where the host has no room
    std::uint32_t flags = 0;  // WEIR_EMIT_...
  };

  // A self-metric of a plugin: one of its list "metrics", counted by host::count() or host::gauge().
  // type: WEIR_COUNTER or WEIR_GAUGE.
  constexpr weir_metric_decl declare_metric(std::uint32_t type, const char* name, const char* unit,
                                            const char* doc) {
    return {sizeof(weir_metric_decl), type, name, unit, doc};
  }

  // The host's functions in C++. Cheap to copy; valid until destroy.
  class host {
   public:
    host() = default;
    explicit host(const weir_host* h) : host_(h) {}
    explicit operator bool() const { return host_ != nullptr; }
    const weir_host* raw() const { return host_; }

    // The wall clock, in nanoseconds.
    std::int64_t now() const { return host_->now_ns(host_->ctx); }
    // Would a line of this level be written?
    bool logs(std::int32_t level) const { return host_->log_on(host_->ctx, level) != 0; }
    // Writes a line of WEIR_LOG_...
    void log(std::int32_t level, std::string_view text) const {
      host_->log(host_->ctx, level, borrow(text), nullptr, 0);
    }
    // Data is lost or a person has to act.
    void error(std::string_view text) const { log(WEIR_LOG_ERROR, text); }
    // Odd, but nothing is lost.
    void warn(std::string_view text) const { log(WEIR_LOG_WARN, text); }
    // Worth knowing once.
    void info(std::string_view text) const { log(WEIR_LOG_INFO, text); }
    // For who looks into the plugin.
    void debug(std::string_view text) const { log(WEIR_LOG_DEBUG, text); }

    // Adds to the i-th declared self-metric.
    void count(std::size_t i, std::uint64_t n = 1) const {
      __atomic_fetch_add(&host_->slots[i], n, __ATOMIC_RELAXED);
    }
    void gauge(std::size_t i, std::uint64_t v) const {
      __atomic_store_n(&host_->slots[i], v, __ATOMIC_RELAXED);
    }

    // Reports a record that could not be read. delivery: the one it came with, 0 for an input of its own.
    void bad(std::uint64_t delivery, const weir_bad& b) const {
      host_->report(host_->ctx, delivery, &b);
    }
    // The extension's table, or nullptr.
    template <typename T>
    const T* extension(const char* id) const {
      return static_cast<const T*>(host_->extension(host_->ctx, id));
    }
    void* context() const { return host_->ctx; }
    void retain(std::uint64_t batch_id) const { host_->retain(host_->ctx, batch_id); }
    void release(std::uint64_t batch_id) const { host_->release(host_->ctx, batch_id); }
    void complete(std::uint64_t delivery, const weir_result& r) const {
      host_->complete(host_->ctx, delivery, &r);
    }
    void lane_close(std::uint32_t lane) const { host_->lane_close(host_->ctx, lane); }

    // A buffer of at least that many bytes. Where it may, this waits for as long as it takes; the slices let a
    // stopping host end it with WEIR_CLOSED. out has no data where the answer is not WEIR_OK.
    weir_status take(const emit_options& o, std::uint64_t bytes, weir_buf& out) const {
      out = weir_buf{};
      out.size = sizeof out;
      weir_status got = host_->buf_get(host_->ctx, o.lane, bytes, &out);
      if (got == WEIR_WOULD_BLOCK && o.may_wait) got = WEIR_E_TIMEOUT;
      while (got == WEIR_E_TIMEOUT) {
        got = host_->buf_wait(host_->ctx, o.lane, bytes, &out, wait_slice_ns);
      }
      if (got != WEIR_OK) out = weir_buf{};
      return got;
    }
    void give_back(weir_buf& b) const {
      if (b.data != nullptr) host_->buf_put(host_->ctx, &b);
      b = weir_buf{};
    }
    // Emits the block in the buffer, which is gone afterwards.
    weir_status send(const emit_options& o, weir_buf& b) const {
      weir_emit e{};
      e.size = sizeof e;
      e.used = reinterpret_cast<const weir_batch*>(b.data)->total;
      e.lane = o.lane;
      e.cookie = o.cookie;
      e.parents = o.parents;
      e.n_parents = o.n_parents;
      e.flags = o.flags;
      const weir_status s = host_->emit(host_->ctx, &b, &e);
      if (s != WEIR_OK) host_->buf_put(host_->ctx, &b);
      b = weir_buf{};
      return s;
    }
    // Rows that the host did not take are lost, but not unsaid.
    void lost(std::uint32_t rows, weir_status why) const {
      weir_bad b{};
      b.size = sizeof b;
      b.count = rows;
      b.reason = borrow(why == WEIR_CLOSED ? "the agent is stopping" : "no memory for the batch");
      bad(0, b);
    }

    // The text of a secret option; empty where it was not written.
    std::string reveal(std::uint64_t handle) const {
      const auto* x = extension<weir_secrets_v1>(WEIR_EXT_SECRETS);
      std::uint64_t n = 0;
      if (x == nullptr || x->get(host_->ctx, handle, nullptr, 0, &n) != WEIR_OK) return {};
      std::string text(n, '\0');
      if (x->get(host_->ctx, handle, text.data(), n, &n) != WEIR_OK) return {};
      text.resize(std::min<std::size_t>(n, text.size()));
      return text;
    }

   private:
    static constexpr std::int64_t wait_slice_ns = 1'000'000'000;
    const weir_host* host_ = nullptr;
  };

  class sink : public builder {
   public:
    static constexpr std::uint32_t rows_max = 8192;
    static constexpr std::uint64_t bytes_max = 1U << 20;

    explicit sink(weir::host h) : host_(h) {}
    // The plugin's host.
    const weir::host& home() const { return host_; }

    // Begins a row like builder::metric, after emitting a batch that is full.
    template <typename Name>
    builder& metric(const Name& name) {
      make_room();
      return builder::metric(name);
    }
    template <typename Name>
    builder& metric(const Name& name, std::int64_t time_ns) {
      make_room();
      return builder::metric(name, time_ns);
    }
    builder& raw(std::string_view message, std::uint8_t raw_kind, std::uint32_t session = 0,
                 bool last = false) {
      make_room(message.size());
      return builder::raw(message, raw_kind, session, last);
    }
    builder& copy(const row& r) {
      make_room();
      return builder::copy(r);
    }

    // For the SDK and for threads of the plugin: the options of the batches to come.
    void begin(const emit_options& o) {
      options_ = o;
      status_ = WEIR_OK;
      set_now(host_.now());
    }
    // Emits what was collected. OK also when there is nothing.
    weir_status emit() {
      if (!empty()) {
        keep(emit_rows());
      } else {
        clear();  // strings of rows that were taken back
      }
      return status_;
    }
    // The first failure since begin().
    weir_status status() const { return status_; }
    // Emits when the batch is full; for parsers, which use the low-level calls of the builder.
    void make_room(std::size_t more = 0) {
      if (++since_check_ < 64 && strings().blob().size() + more < bytes_max) return;
      since_check_ = 0;
      if (size() >= rows_max || bytes() + more >= bytes_max) emit();
    }

   private:
    void keep(weir_status s) {
      if (status_ == WEIR_OK) status_ = s;
    }
    weir_status emit_rows() {
      weir_buf buf{};
      const std::uint32_t rows = size();
      const weir_status got = host_.take(options_, bytes(), buf);
      if (got != WEIR_OK) return clear(), host_.lost(rows, got), got;
      seal(buf.data);
      const weir_status sent = host_.send(options_, buf);
      if (sent != WEIR_OK) host_.lost(rows, sent);
      return sent;
    }

    weir::host host_;
    emit_options options_;
    weir_status status_ = WEIR_OK;
    std::uint32_t since_check_ = 0;
  };

}  // namespace v1
}  // namespace weir
