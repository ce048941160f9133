#pragma once

// A host in memory: what a plugin emits, logs, reports and completes is kept for the test to look at.
//
// Faults     would_block_after(n), fail_buffer(n), block()/unblock(), close(), refuse_budget().
// Checks     Every emitted block is validated; calls that abi.h forbids in the moment they are made are noted.
//            violations() tells; testing::plugin throws them after each call.
// Threads    Any; the test should look while the plugin is at rest.
// Units      The clock stands still: set_now(), advance(). It begins at 10^18 ns (2001-09-09).

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include <weir/sink.hpp>
#include <weir/testing/lines.hpp>
#include <weir/testing/listen.hpp>
#include <weir/validate.hpp>

namespace weir {
namespace testing __attribute__((visibility("hidden"))) {

  // Which tag of abi.h the driver's thread is in.
  enum class phase { idle, life, work, loop };

  class host {
   public:
    struct emitted {
      block_memory bytes;
      std::uint32_t lane;
      std::uint64_t cookie;
      std::vector<std::uint64_t> parents;
      const weir_batch* head() const { return bytes.head(); }
    };
    struct logged {
      std::int32_t level;
      std::string text;  // with " key=value" of each pair behind it
    };
    struct bad_record {
      std::uint64_t delivery;
      std::uint32_t count;
      std::uint64_t offset;
      std::uint32_t line, col;
      std::string reason, excerpt;
    };
    struct completion {
      weir_status status = WEIR_OK;
      std::int64_t retry_after_ns = 0;
      std::vector<std::uint32_t> rejected;
      std::string reason;
    };

    explicit host(std::uint32_t plugin_flags = 0) : flags_(plugin_flags) { fill_table(); }
    host(const host&) = delete;
    host& operator=(const host&) = delete;
    ~host() {
      for (auto& b : lent_) free_block(b.second);
    }

    const weir_host* table() const { return &table_; }

    // ---- clock ----
    void set_now(std::int64_t ns) { now_ns_ = ns; }
    void advance(std::int64_t ns) { now_ns_ += ns; }
    std::int64_t now() const { return now_ns_; }

    // ---- what the plugin did ----
    const std::deque<emitted>& emits() const { return emits_; }
    // The rows emitted since the last take.
    lines take_rows(row_format format = {}) {
      const std::lock_guard<std::mutex> lock(mutex_);
      lines out;
      for (; taken_ < emits_.size(); ++taken_) {
        for (std::string& l : print(batch(emits_[taken_].head()), format)) {
          out.push_back(std::move(l));
        }
      }
      return out;
    }
    // Waits in real time until n rows in all were emitted and not yet taken; for plugins with threads.
    bool wait_rows(std::size_t n, std::chrono::milliseconds at_most = std::chrono::seconds(20)) {
      std::unique_lock<std::mutex> lock(mutex_);
      return changed_.wait_for(lock, at_most, [&] { return rows_waiting() >= n; });
    }
    std::vector<logged> logs() const { return copy_of(logs_); }
    // True when a line of that level or a more severe one contains the text.
    bool logged_text(std::string_view text, std::int32_t level = WEIR_LOG_TRACE) const {
      for (const logged& l : logs()) {
        if (l.level <= level && l.text.find(text) != std::string::npos) return true;
      }
      return false;
    }
    std::vector<bad_record> bad() const { return copy_of(bad_); }
    std::uint64_t bad_count() const {
      std::uint64_t n = 0;
      for (const bad_record& b : bad()) n += b.count;
      return n;
    }
    std::uint64_t slot(std::size_t i) const {
      return __atomic_load_n(&slots_[i], __ATOMIC_RELAXED);
    }
    std::vector<std::uint32_t> closed_lanes() const { return copy_of(closed_lanes_); }
    std::int64_t charged_bytes() const { return charged_; }
    bool wants_document() const { return document_; }
    std::size_t waits() const { return waits_; }  // calls of buf_wait
    std::size_t buffers_out() const {
      return lent_.size();
    }  // taken and neither emitted nor given back
    std::size_t retained() const { return retained_.size(); }  // deliveries kept and not released
    std::size_t held() const { return held_.size(); }          // hold() without complete()
    bool completed(std::uint64_t delivery) const { return done_.count(delivery) != 0; }
    const completion& result_of(std::uint64_t delivery) const { return done_.at(delivery); }
    bool wait_completed(std::uint64_t delivery,
                        std::chrono::milliseconds at_most = std::chrono::seconds(20)) {
      std::unique_lock<std::mutex> lock(mutex_);
      return changed_.wait_for(lock, at_most, [&] { return completed(delivery); });
    }
    // Rules of abi.h that were broken.
    std::vector<std::string> violations() const { return copy_of(violations_); }
    std::vector<std::string> take_violations() {
      const std::lock_guard<std::mutex> lock(mutex_);
      return std::exchange(violations_, {});
    }
    void note_violation(const std::string& what) {
      const std::lock_guard<std::mutex> lock(mutex_);
      violations_.push_back(what);
    }

    // ---- what the test sets ----
    void log_level(std::int32_t level) { log_level_ = level; }
    void set_secrets(std::vector<std::string> texts) { secrets_ = std::move(texts); }
    // The rows that weir.self/1 hands out.
    void self_rows(lines rows) { self_rows_ = std::move(rows); }
    void budget_share(std::int64_t bytes) { share_ = bytes; }
    const listeners& listening() const { return listeners_; }
    std::uint16_t port(std::size_t i = 0) const { return listeners_.all().at(i).port; }
    // Whether weir.raw/1 says that the parser finds records in a stream itself.
    void parser_cuts_stream(bool yes) { parser_cuts_stream_ = yes; }
    void hide_extension(const std::string& id) { hidden_.insert(id); }

    // ---- faults ----
    // n buffers are handed out, then buf_get says WOULD_BLOCK; buf_wait makes room for one more.
    void would_block_after(std::size_t n) { room_ = static_cast<std::int64_t>(n); }
    // No room at all until unblock(): buf_wait waits, too.
    void block() {
      const std::lock_guard<std::mutex> lock(mutex_);
      blocked_ = true;
    }
    // Room again; lanes that were refused get WEIR_EV_RESUME with the next events().
    void unblock() {
      const std::lock_guard<std::mutex> lock(mutex_);
      blocked_ = false;
      room_ = unlimited;
      for (const std::uint32_t lane : refused_lanes_) push_event(WEIR_EV_RESUME, lane);
      refused_lanes_.clear();
      changed_.notify_all();
    }
    // The n-th buf_get or buf_wait from now says E_NOMEM; 1 is the next one.
    void fail_buffer(std::size_t n) { fail_in_ = static_cast<std::int64_t>(n); }
    // emit and buf_wait say CLOSED from now on.
    void close() {
      const std::lock_guard<std::mutex> lock(mutex_);
      closed_ = true;
      changed_.notify_all();
    }
    // weir.budget/1 refuses to lend more than this.
    void budget_limit(std::int64_t bytes) { budget_limit_ = bytes; }

    // ---- for the driver ----
    static constexpr std::int64_t any_number = -1;
    // promised: that many buffers are handed out without WOULD_BLOCK.
    void enter(phase p, std::int64_t promised = 0) {
      const std::lock_guard<std::mutex> lock(mutex_);
      const bool alone = p == phase::idle || phase_ == phase::idle;
      if (!alone && (p == phase::life || (flags_ & WEIR_CONCURRENT) == 0)) {
        violate("a call began inside another one");
      }
      phase_ = p;
      promised_ = promised;
      driver_ = std::this_thread::get_id();
    }
    void stopped(bool yes) { stopped_ = yes; }
    std::uint64_t new_delivery() { return ++deliveries_; }
    weir_buf lend(std::uint64_t bytes) {
      const std::lock_guard<std::mutex> lock(mutex_);
      return lend_locked(bytes);
    }
    void take_back(weir_buf& b) { put(&b); }
    // Acks of the batches that were emitted with a cookie and not acknowledged yet.
    void ack_all(weir_status s) {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (const std::uint64_t cookie : unacked_) push_ack(cookie, s);
      unacked_.clear();
    }
    void ack(std::uint64_t cookie, weir_status s) {
      const std::lock_guard<std::mutex> lock(mutex_);
      unacked_.erase(std::remove(unacked_.begin(), unacked_.end(), cookie), unacked_.end());
      push_ack(cookie, s);
    }
    std::vector<std::uint64_t> unacked() const { return copy_of(unacked_); }
    // Batches whose parsing the plugin wants to hear of, and has not.
    std::vector<std::uint64_t> unparsed() const { return copy_of(unparsed_); }
    void parsed(std::uint64_t cookie, std::uint64_t metrics, std::uint64_t bad = 0,
                const std::string& reason = {}, weir_status s = WEIR_OK) {
      const std::lock_guard<std::mutex> lock(mutex_);
      unparsed_.erase(std::remove(unparsed_.begin(), unparsed_.end(), cookie), unparsed_.end());
      const weir_ev_parsed e{{sizeof e, WEIR_EV_PARSED, 0},        cookie, s, 0, metrics, bad,
                             borrow(reasons_.emplace_back(reason))};
      append_event(&e, sizeof e);
    }
    void stopping_event() {
      const std::lock_guard<std::mutex> lock(mutex_);
      weir_event e{sizeof(weir_event), WEIR_EV_STOPPING, 0};
      append_event(&e, sizeof e);
    }
    // The records that wait for events(), 8-aligned.
    std::vector<std::uint64_t> take_events() {
      const std::lock_guard<std::mutex> lock(mutex_);
      return std::exchange(events_, {});
    }
    // Waits in real time for a post(), an ack or a resume.
    bool wait_events(std::chrono::milliseconds at_most = std::chrono::seconds(20)) {
      std::unique_lock<std::mutex> lock(mutex_);
      return changed_.wait_for(lock, at_most, [&] { return !events_.empty(); });
    }

   private:
    static constexpr std::int64_t unlimited = any_number;

    template <typename T>
    T copy_of(const T& from) const {
      const std::lock_guard<std::mutex> lock(mutex_);
      return from;
    }
    static host& me(void* ctx) { return *static_cast<host*>(ctx); }
    static void free_block(std::uint8_t* p) { ::operator delete(p, std::align_val_t{64}); }
    std::size_t rows_waiting() const {
      std::size_t n = 0;
      for (std::size_t i = taken_; i < emits_.size(); ++i) n += emits_[i].head()->n_rows;
      return n;
    }

    // ---- buffers ----
    weir_buf lend_locked(std::uint64_t bytes) {
      weir_buf b{};
      b.size = sizeof b;
      b.id = ++buffers_;
      b.cap = bytes;
      b.data =
          static_cast<std::uint8_t*>(::operator new(bytes == 0 ? 1 : bytes, std::align_val_t{64}));
      std::memset(b.data, 0xA5, bytes);  // nothing may rely on zeros
      lent_[b.id] = b.data;
      return b;
    }
    bool fails_now() { return fail_in_ > 0 && --fail_in_ == 0; }
    bool promised_now() {
      if (phase_ != phase::work || std::this_thread::get_id() != driver_) return false;
      if (promised_ == any_number) return true;
      return promised_ > 0 && promised_-- > 0;
    }
    weir_status get(std::uint32_t lane, std::uint64_t min, weir_buf* out) {
      const std::lock_guard<std::mutex> lock(mutex_);
      check_alive("buf_get");
      if (fails_now()) return WEIR_E_NOMEM;
      if ((blocked_ || room_ == 0) && !promised_now()) {
        refused_lanes_.insert(lane);
        return WEIR_WOULD_BLOCK;
      }
      if (room_ > 0) --room_;
      *out = lend_locked(min);
      return WEIR_OK;
    }
    weir_status wait(std::uint64_t min, weir_buf* out, std::int64_t timeout_ns) {
      std::unique_lock<std::mutex> lock(mutex_);
      check_alive("buf_wait");
      check_may_wait();
      ++waits_;
      if (fails_now()) return WEIR_E_NOMEM;
      changed_.wait_for(lock, std::chrono::nanoseconds(timeout_ns),
                        [&] { return !blocked_ || closed_; });
      if (closed_) return WEIR_CLOSED;
      if (blocked_) return WEIR_E_TIMEOUT;
      *out = lend_locked(min);
      return WEIR_OK;
    }
    void put(weir_buf* b) {
      const std::lock_guard<std::mutex> lock(mutex_);
      take_buffer(*b, "buf_put");
    }
    bool take_buffer(const weir_buf& b, const char* what) {
      const auto at = lent_.find(b.id);
      if (at == lent_.end() || at->second != b.data) {
        return violate(std::string(what) + " of a buffer that is not the plugin's"), false;
      }
      free_block(at->second);
      lent_.erase(at);
      return true;
    }

    // ---- emit ----
    weir_status emit(weir_buf* b, const weir_emit* e) {
      const std::lock_guard<std::mutex> lock(mutex_);
      check_alive("emit");
      if (closed_) return WEIR_CLOSED;
      if (!check_emit(*b, *e)) return WEIR_E_FAIL;
      emitted out{
          block_memory(e->used), e->lane, e->cookie, {e->parents, e->parents + e->n_parents}};
      std::memcpy(out.bytes.data(), b->data, e->used);
      if (!take_buffer(*b, "emit")) return WEIR_E_FAIL;
      emits_.push_back(std::move(out));
      const bool parsed = (e->flags & WEIR_EMIT_PARSED) != 0;
      const bool acked = !parsed || (e->flags & WEIR_EMIT_ACKED) != 0;
      if (e->cookie != 0 && parsed) unparsed_.push_back(e->cookie);
      if (e->cookie != 0 && acked) unacked_.push_back(e->cookie);
      changed_.notify_all();
      return WEIR_OK;
    }
    bool check_emit(const weir_buf& b, const weir_emit& e) {
      const auto* head = reinterpret_cast<const weir_batch*>(b.data);
      const char* wrong =
          e.used > b.cap ? "used is larger than the buffer" : validate(b.data, e.used);
      if (wrong == nullptr && head->total != e.used) wrong = "used is not the block's total";
      if (wrong == nullptr && head->signal == WEIR_SIG_RAW && (flags_ & WEIR_EMITS_RAW) == 0) {
        wrong = "raw rows without WEIR_EMITS_RAW";
      }
      if (wrong != nullptr) violate(std::string("emit of an invalid batch: ") + wrong);
      return wrong == nullptr;
    }

    // ---- rules ----
    void violate(const std::string& what) { violations_.push_back(what); }
    void check_alive(const char* what) {
      if (stopped_) violate(std::string(what) + " after stop");
      const bool foreign = std::this_thread::get_id() != driver_;
      if (foreign && (flags_ & WEIR_OWN_THREADS) == 0) {
        violate(std::string(what) + " from another thread without WEIR_OWN_THREADS");
      }
    }
    void check_may_wait() {
      const bool foreign = std::this_thread::get_id() != driver_;
      if (foreign) return;
      if (phase_ == phase::loop) violate("buf_wait in [loop]");
      if (phase_ == phase::life) violate("buf_wait in [life]");
      if (phase_ == phase::work && (flags_ & WEIR_MAY_BLOCK) == 0) {
        violate("buf_wait in [work] without WEIR_MAY_BLOCK");
      }
    }

    // ---- events ----
    void append_event(const void* e, std::size_t bytes) {
      const std::size_t at = events_.size();
      events_.resize(at + (bytes + 7) / 8);
      std::memcpy(events_.data() + at, e, bytes);
      changed_.notify_all();
    }
    void push_event(std::uint16_t type, std::uint64_t value) {
      const weir_ev_u64 e{{sizeof e, type, 0}, value, 0};
      append_event(&e, sizeof e);
    }
    void push_ack(std::uint64_t cookie, weir_status s) {
      const weir_ev_ack e{{sizeof e, WEIR_EV_ACK, 0}, cookie, s, 0};
      append_event(&e, sizeof e);
    }

    void add_log(std::int32_t level, weir_str msg, const weir_kv* kv, std::uint32_t n) {
      logged l{level, std::string(view(msg))};
      for (std::uint32_t i = 0; i < n; ++i) {
        l.text.append(" ").append(view(kv[i].key)).append("=").append(view(kv[i].val));
      }
      const std::lock_guard<std::mutex> lock(mutex_);
      logs_.push_back(std::move(l));
    }
    void add_bad(std::uint64_t delivery, const weir_bad& b) {
      const std::lock_guard<std::mutex> lock(mutex_);
      check_alive("report");
      if (b.count == 0) violate("report of no record");
      bad_.push_back({delivery, b.count, b.offset, b.line, b.col, std::string(view(b.reason)),
                      std::string(view(b.excerpt))});
    }
    void add_result(std::uint64_t delivery, const weir_result& r) {
      const std::lock_guard<std::mutex> lock(mutex_);
      check_alive("complete");
      if (completed(delivery)) violate("a delivery was completed twice");
      if (delivery == 0 || delivery > deliveries_) violate("complete of an unknown delivery");
      done_[delivery] = {r.status,
                         r.retry_after_ns,
                         {r.rejected, r.rejected + r.n_rejected},
                         std::string(view(r.reason))};
      held_.erase(delivery);
      changed_.notify_all();
    }
    void add_hold(std::uint64_t delivery) {
      const std::lock_guard<std::mutex> lock(mutex_);
      check_alive("hold");
      if ((flags_ & WEIR_HOLDS_ACKS) == 0) violate("hold without WEIR_HOLDS_ACKS");
      held_.insert(delivery);
    }
    void retain_one(std::uint64_t id) {
      const std::lock_guard<std::mutex> lock(mutex_);
      retained_.insert(id);
    }
    void release_one(std::uint64_t id) {
      const std::lock_guard<std::mutex> lock(mutex_);
      const auto at = retained_.find(id);
      if (at == retained_.end()) return violate("release of a batch that is not retained");
      retained_.erase(at);
    }

    // ---- extensions ----
    weir_status charge(std::int64_t bytes) {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (bytes > 0 && charged_ + bytes > budget_limit_) return WEIR_E_NOMEM;
      charged_ += bytes;
      if (charged_ < 0) violate("more budget was given back than charged");
      return WEIR_OK;
    }
    weir_status secret(std::uint64_t handle, char* out, std::uint64_t cap,
                       std::uint64_t* len) const {
      if (handle == 0 || handle > secrets_.size()) return WEIR_E_FAIL;
      const std::string& s = secrets_[handle - 1];
      *len = s.size();
      if (cap != 0) s.copy(out, cap);
      return WEIR_OK;
    }
    weir_status snapshot(weir_buf* out, std::uint32_t* used) {
      const block_memory m = make_batch(self_rows_, now_ns_);
      const std::lock_guard<std::mutex> lock(mutex_);
      *out = lend_locked(m.size());
      *used = m.head()->total;
      std::memcpy(out->data, m.data(), *used);
      return WEIR_OK;
    }
    const void* extension(const std::string& id) {
      if (hidden_.count(id) != 0) return nullptr;
      if (id == WEIR_EXT_LISTEN) return &listen_table_;
      if (id == WEIR_EXT_BUDGET) return &budget_table_;
      if (id == WEIR_EXT_SECRETS) return &secrets_table_;
      if (id == WEIR_EXT_FORMAT) return &format_table_;
      if (id == WEIR_EXT_SELF) return &self_table_;
      if (id == WEIR_EXT_RAW) return &raw_table_;
      return nullptr;
    }

    void fill_table() {
      table_.size = sizeof table_;
      table_.abi = WEIR_ABI;
      table_.ctx = this;
      table_.slots = slots_;
      table_.log_on = [](void* c, std::int32_t level) -> std::int32_t {
        return level <= me(c).log_level_ ? 1 : 0;
      };
      table_.log = [](void* c, std::int32_t level, weir_str m, const weir_kv* kv, std::uint32_t n) {
        me(c).add_log(level, m, kv, n);
      };
      table_.now_ns = [](void* c) -> std::int64_t { return me(c).now_ns_; };
      table_.buf_get = [](void* c, std::uint32_t lane, std::uint64_t min, weir_buf* out) {
        return me(c).get(lane, min, out);
      };
      table_.buf_wait = [](void* c, std::uint32_t, std::uint64_t min, weir_buf* out,
                           std::int64_t ns) { return me(c).wait(min, out, ns); };
      table_.buf_put = [](void* c, weir_buf* b) { me(c).put(b); };
      table_.emit = [](void* c, weir_buf* b, const weir_emit* e) { return me(c).emit(b, e); };
      table_.retain = [](void* c, std::uint64_t id) { me(c).retain_one(id); };
      table_.release = [](void* c, std::uint64_t id) { me(c).release_one(id); };
      table_.complete = [](void* c, std::uint64_t id, const weir_result* r) {
        me(c).add_result(id, *r);
      };
      table_.hold = [](void* c, std::uint64_t id) { me(c).add_hold(id); };
      table_.report = [](void* c, std::uint64_t id, const weir_bad* b) { me(c).add_bad(id, *b); };
      table_.lane_close = [](void* c, std::uint32_t lane) {
        const std::lock_guard<std::mutex> lock(me(c).mutex_);
        me(c).closed_lanes_.push_back(lane);
      };
      table_.post = [](void* c, std::uint64_t cookie) {
        const std::lock_guard<std::mutex> lock(me(c).mutex_);
        me(c).push_event(WEIR_EV_POST, cookie);
      };
      table_.extension = [](void* c, const char* id) { return me(c).extension(id); };
    }

    const weir_listen_v1 listen_table_{
        sizeof(weir_listen_v1), 0,
        [](void* c, weir_str a, const weir_listen_opts* o, std::int32_t* fd, weir_err* err) {
          return me(c).listeners_.open(view(a), *o, fd, err);
        },
        [](void* c, std::int32_t fd) { me(c).listeners_.close(fd); }};
    const weir_budget_v1 budget_table_{sizeof(weir_budget_v1), 0,
                                       [](void* c, std::int64_t n) { return me(c).charge(n); },
                                       [](void* c) -> std::int64_t { return me(c).share_; }};
    const weir_secrets_v1 secrets_table_{
        sizeof(weir_secrets_v1), 0,
        [](void* c, std::uint64_t h, char* out, std::uint64_t cap, std::uint64_t* len) {
          return me(c).secret(h, out, cap, len);
        }};
    const weir_format_v1 format_table_{sizeof(weir_format_v1), 0,
                                       [](void* c, std::int32_t on) { me(c).document_ = on != 0; }};
    const weir_raw_v1 raw_table_{sizeof(weir_raw_v1), 0, [](void* c) -> std::int32_t {
                                   return me(c).parser_cuts_stream_ ? 1 : 0;
                                 }};
    const weir_self_v1 self_table_{sizeof(weir_self_v1), 0,
                                   [](void* c, std::int32_t, weir_buf* out, std::uint32_t* used) {
                                     return me(c).snapshot(out, used);
                                   }};

    weir_host table_{};
    std::uint32_t flags_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::atomic<std::int64_t> now_ns_{1'000'000'000'000'000'000};
    std::uint64_t slots_[256] = {};
    std::deque<emitted> emits_;
    std::size_t taken_ = 0;
    std::vector<logged> logs_;
    std::vector<bad_record> bad_;
    std::vector<std::uint32_t> closed_lanes_;
    std::vector<std::string> violations_;
    std::vector<std::uint64_t> events_, unacked_, unparsed_;
    std::deque<std::string> reasons_;  // of events
    std::map<std::uint64_t, completion> done_;
    std::map<std::uint64_t, std::uint8_t*> lent_;
    std::multiset<std::uint64_t> retained_;
    std::set<std::uint64_t> held_;
    std::set<std::uint32_t> refused_lanes_;
    std::set<std::string> hidden_;
    std::vector<std::string> secrets_;
    lines self_rows_;
    listeners listeners_;
    std::uint64_t buffers_ = 0, deliveries_ = 0;
    std::size_t waits_ = 0;
    std::int64_t room_ = unlimited, fail_in_ = 0;
    std::int64_t charged_ = 0, budget_limit_ = std::int64_t{1} << 30,
                 share_ = std::int64_t{64} << 20;
    std::int32_t log_level_ = WEIR_LOG_TRACE;
    bool blocked_ = false, closed_ = false, document_ = false, parser_cuts_stream_ = true;
    std::atomic<bool> stopped_{false};
    phase phase_ = phase::idle;
    std::int64_t promised_ = 0;
    std::thread::id driver_ = std::this_thread::get_id();
  };

}  // namespace testing
}  // namespace weir
