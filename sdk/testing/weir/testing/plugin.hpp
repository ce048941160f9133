#pragma once

// One plugin instance under test, driven through its C tables only.
//
//   weir::testing::plugin p(weir::testing::descriptor<Rename>(), "old = 'a'\nnew = 'b'");
//   EXPECT_EQ(p.process({"m a=1i 5"}), (weir::testing::lines{"m b=1i 5"}));
//
// create runs in the constructor; start with the first work, or by start(); stop and destroy in the destructor, which
// throws as well: what an instance still holds then is a violation. Rows are texts as in lines.hpp.
//
// Errors     A negative status: failure (see failure_of). A broken rule of abi.h: violation. Rows that were
//            emitted by a call that failed are left for take_rows().
// Threads    The test's own. A plugin may have more; see host().wait_rows().
// Limits     Module init and fini are not called.

#include <exception>
#include <functional>

#include <weir/testing/config.hpp>
#include <weir/testing/host.hpp>
#include <weir/weir.hpp>

namespace weir {
namespace testing __attribute__((visibility("hidden"))) {

  // The tables that WEIR_MODULE would export for a plugin struct.
  template <typename P>
  const weir_plugin& descriptor() {
    return weir::detail::tables<P>::plugin;
  }

  // Which rows a call sees: '1' or '0' for each row of the block (empty: all), and a range.
  struct selection {
    std::string mask;
    std::uint32_t row0 = 0;
    std::uint32_t n_rows = WEIR_NO_ID;  // to the end
  };

  // What a message of parse() comes with.
  struct origin {
    std::uint8_t kind = WEIR_RAW_RECORD;
    std::vector<std::pair<std::string, std::string>> tags;
    std::uint32_t session = 0;
    bool last = false;
  };

  class plugin {
   public:
    explicit plugin(const weir_plugin& d, std::string_view toml = "",
                    const std::function<void(host&)>& prepare = nullptr)
        : d_(d), conf_(d.opts, toml), host_(d.flags) {
      host_.set_secrets(conf_.secrets());
      if (prepare) prepare(host_);
      check_descriptor();
      call(phase::life, 0,
           [this](weir_err& e) { return d_.ops->create(host_.table(), conf_.get(), &self_, &e); });
    }
    plugin(const plugin&) = delete;
    plugin& operator=(const plugin&) = delete;
    // Throws the violations of the end, unless a failure is on its way already.
    ~plugin() noexcept(false) {
      if (self_ == nullptr) return;
      end();
      if (std::uncaught_exceptions() == 0) throw_violations();
    }

    testing::host& host() { return host_; }
    row_format& format() { return format_; }
    lines take_rows() { return host_.take_rows(format_); }
    // By the name of its declaration.
    std::uint64_t metric(std::string_view name) const {
      for (std::size_t i = 0; d_.metrics != nullptr && d_.metrics[i] != nullptr; ++i) {
        if (d_.metrics[i]->name == name) return host_.slot(i);
      }
      throw bad_test("no self-metric " + std::string(name));
    }

    // ---- life ----

    void start() {
      if (started_) return;
      host_.stopped(false);
      call(phase::life, 0,
           [this](weir_err& e) { return d_.ops->start(self_, host_.now() + deadline_ns, &e); });
      started_ = true;
    }
    void stop() {
      call(phase::life, 0,
           [this](weir_err& e) { return d_.ops->stop(self_, host_.now() + deadline_ns, &e); });
      started_ = false;
      host_.stopped(true);
    }
    // stop, stop again, destroy; then what the instance still holds is a violation.
    void close() {
      if (self_ == nullptr) return;
      end();
      throw_violations();
    }
    // Hands over what waits: acks, posts, resumes.
    void events() {
      std::vector<std::uint64_t> records = host_.take_events();
      if (records.empty()) return;
      deliver_events(reinterpret_cast<const weir_event*>(records.data()),
                     static_cast<std::uint32_t>(records.size() * 8));
    }
    // Nothing came for a while.
    void idle() {
      const weir_event event{sizeof(weir_event), WEIR_EV_IDLE, 0};
      deliver_events(&event, sizeof event);
    }
    // Hands over these records, whatever they are.
    void deliver_events(const weir_event* first, std::uint32_t bytes) {
      host_.enter(phase::loop);
      const auto from = std::chrono::steady_clock::now();
      d_.ops->events(self_, first, bytes);
      if (std::chrono::steady_clock::now() - from > std::chrono::seconds(1)) {
        host_.note_violation("events() took longer than 1 s");
      }
      host_.enter(phase::idle);
      throw_violations();
    }
    // Acknowledges every emitted batch that asked for it.
    void ack_all(weir_status s = WEIR_OK) {
      host_.ack_all(s);
      events();
    }

    // ---- inputs ----

    lines gather() {
      const auto* k = kind<weir_input_ops>(WEIR_INPUT);
      if (!WEIR_HAS(k, weir_input_ops, gather)) throw bad_test("a service input has no gather");
      work(1, [&](weir_err& e) { return k->gather(self_, &e); });
      return take_rows();
    }

    // ---- processors ----

    // All rows of the block as they leave the processor, those that were not selected included and in their place,
    // then what it emitted.
    lines process(const lines& rows, const selection& chosen = {}) {
      const auto* k = kind<weir_processor_ops>(WEIR_PROCESSOR);
      block_memory block = make_batch(rows, host_.now());
      return WEIR_HAS(k, weir_processor_ops, edit) ? edit(*k, block, chosen)
                                                   : process(*k, block, chosen);
    }
    // edit() finds this much of the room that builders leave behind their sections: false = none at all.
    void slack(bool yes) { slack_ = yes; }

    // ---- aggregators ----

    void aggregate(const lines& rows, const selection& chosen = {}) {
      const auto* k = kind<weir_aggregator_ops>(WEIR_AGGREGATOR);
      const block_memory block = make_batch(rows, host_.now());
      const offer o(*this, block.head(), chosen);
      work(host::any_number, [&](weir_err& e) { return k->add(self_, &o.in, &e); });
      o.check_unchanged();
    }
    // The aggregates of the window that ends; then a new one begins.
    lines push() {
      const auto* k = kind<weir_aggregator_ops>(WEIR_AGGREGATOR);
      work(host::any_number, [&](weir_err& e) { return k->push(self_, &e); });
      lines out = take_rows();
      work(0, [&](weir_err&) { return k->reset(self_), WEIR_OK; });
      return out;
    }

    // ---- outputs ----

    // OK or ASYNC. With WEIR_WANTS_BYTES each row's bytes are its text of lines.hpp and a line feed; an output that
    // asked for documents gets them as one.
    weir_status write(const lines& rows, const selection& chosen = {}) {
      lines bytes;
      const block_memory block = make_batch(rows, host_.now());
      for (const row r : batch(block.head())) bytes.push_back(print(r, format_) + '\n');
      return write(rows, bytes, chosen);
    }
    // bytes: of each row of the block; those of rows that are not selected are left out.
    weir_status write(const lines& rows, const lines& bytes, const selection& chosen = {}) {
      const block_memory block = make_batch(rows, host_.now());
      offer o(*this, block.head(), chosen);
      std::string all;
      std::vector<std::uint32_t> ends;
      for (std::uint32_t r = o.in.row0; r < o.in.row0 + o.in.n_rows; ++r) {
        if (o.selected(r)) all += bytes.at(r);
        ends.push_back(static_cast<std::uint32_t>(all.size()));
      }
      if ((d_.flags & WEIR_WANTS_BYTES) != 0) {
        o.in.raw = borrow(all);
        o.in.row_end = host_.wants_document() ? nullptr : ends.data();
      }
      return deliver(o);
    }
    // All rows serialized as one document.
    weir_status write_document(const lines& rows, std::string_view bytes) {
      const block_memory block = make_batch(rows, host_.now());
      offer o(*this, block.head(), {});
      o.in.raw = borrow(bytes);
      return deliver(o);
    }
    // The id of the last delivery, for host().result_of().
    std::uint64_t last_delivery() const { return last_delivery_; }
    // Of the deliveries to come; 1 = the first try.
    void attempt(std::uint32_t n) { attempt_ = n; }

    // ---- parsers ----

    lines parse(std::string_view bytes, const origin& from = {}) {
      parse_raw(raw_batch(bytes, from), bytes, from, 0);
      return take_rows();
    }
    lines parse_document(std::string_view bytes) { return parse(bytes, document()); }
    // A batch of raw rows (`raw record "..." topic=a`) at once.
    lines parse_rows(const lines& rows) {
      parse_raw(make_batch(rows, host_.now()), {}, {}, 0);
      return take_rows();
    }
    // The bytes as a stream in pieces of that size, with the rest of each carried over to the next as a host does.
    lines parse_stream(std::string_view bytes, std::size_t piece = WEIR_NO_ID,
                       std::uint32_t session = 1) {
      std::string carried;
      origin from;
      from.kind = WEIR_RAW_STREAM;
      from.session = session;
      do {
        const std::string_view fresh = bytes.substr(0, std::min(piece, bytes.size()));
        bytes.remove_prefix(fresh.size());
        from.last = bytes.empty();
        carried += fresh;
        carried.erase(0, parse_piece(carried, fresh, from));
      } while (!from.last);
      left_over_ = carried;
      return take_rows();
    }
    // Bytes that the last stream ended with and that the parser did not take.
    const std::string& left_over() const { return left_over_; }
    // A stream cut in two at every byte has to give the same rows and reports as the whole.
    lines parse_split(std::string_view bytes) {
      std::uint32_t session = 1;
      const std::uint64_t bad_before = host_.bad_count();
      const lines whole = parse_stream(bytes, WEIR_NO_ID, session);
      const std::uint64_t bad = host_.bad_count() - bad_before;
      for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
        compare_cut(bytes, cut, ++session, whole, bad);
      }
      return whole;
    }

    // ---- serializers ----

    // The bytes of each selected row; of a row that takes none an empty string.
    lines serialize(const lines& rows, const selection& chosen = {}) {
      const block_memory block = make_batch(rows, host_.now());
      const offer o(*this, block.head(), chosen);
      std::vector<std::uint32_t> ends(o.in.n_rows, WEIR_NO_ID);
      const std::string all = serialized(o, ends.data());
      lines out;
      std::uint32_t from = 0;
      for (std::uint32_t i = 0; i < o.in.n_rows; ++i) {
        if (ends[i] < from || ends[i] > all.size()) throw violation("row_end is not ascending");
        if (o.selected(o.in.row0 + i)) {
          out.push_back(all.substr(from, ends[i] - from));
        } else if (ends[i] != from) {
          throw violation("a row that is not selected was serialized");
        }
        from = ends[i];
      }
      if (from != all.size()) throw violation("bytes behind the last row");
      return out;
    }
    std::string serialize_document(const lines& rows, const selection& chosen = {}) {
      const block_memory block = make_batch(rows, host_.now());
      offer o(*this, block.head(), chosen);
      o.in.flags = WEIR_D_DOCUMENT;
      return serialized(o, nullptr);
    }

   private:
    static constexpr std::int64_t deadline_ns = 10'000'000'000;

    // A delivery of a block and what it points to.
    struct offer {
      offer(plugin& p, const weir_batch* head, const selection& chosen) {
        in.size = sizeof in;
        in.attempt = p.attempt_;
        in.id = p.last_delivery_ = p.host_.new_delivery();
        in.batch_id = in.id;
        in.batch = head;
        in.row0 = std::min(chosen.row0, head->n_rows);
        in.n_rows = std::min(chosen.n_rows, head->n_rows - in.row0);
        copy.assign(reinterpret_cast<const char*>(head), head->total);
        if (chosen.mask.empty()) return;
        if (chosen.mask.size() != head->n_rows) {
          throw bad_test("the mask has not one digit per row");
        }
        mask.resize(words(head->n_rows));
        for (std::uint32_t r = 0; r < head->n_rows; ++r) {
          if (chosen.mask[r] == '1') set_bit(mask.data(), r);
        }
        in.mask = mask.data();
      }
      // Of a batch that is lent: the plugin may read it, no more.
      void check_unchanged() const {
        const std::string_view now(reinterpret_cast<const char*>(in.batch), copy.size());
        if (now != copy) throw violation("the plugin changed a batch that is not its own");
      }
      bool selected(std::uint32_t r) const {
        return r >= in.row0 && r < in.row0 + in.n_rows && (in.mask == nullptr || bit(in.mask, r));
      }
      weir_delivery in{};
      std::vector<std::uint64_t> mask;
      std::string copy;
    };

    // ---- calls ----

    template <typename F>
    weir_status call(phase p, std::int64_t promised, F&& f) {
      weir_err e = make_err();
      host_.enter(p, promised);
      const weir_status s = f(e);
      host_.enter(phase::idle);
      throw_violations();
      if (s >= 0) return s;
      failure x(s, std::string(message_of(e)), std::string(path_of(e)));
      x.retry_after_ns = e.retry_after_ns;
      throw x;
    }
    template <typename F>
    weir_status work(std::int64_t promised, F&& f) {
      start();
      return call(phase::work, promised, f);
    }
    void throw_violations() {
      std::string all;
      for (const std::string& v : host_.take_violations()) all += (all.empty() ? "" : "; ") + v;
      if (!all.empty()) throw violation(all);
    }
    void end() noexcept {
      weir_err e = make_err();
      host_.stopping_event();
      std::vector<std::uint64_t> records = host_.take_events();
      if (started_) {
        host_.enter(phase::loop);
        d_.ops->events(self_, reinterpret_cast<const weir_event*>(records.data()),
                       static_cast<std::uint32_t>(records.size() * 8));
        host_.enter(phase::idle);
      }
      host_.enter(phase::life);
      d_.ops->stop(self_, host_.now() + deadline_ns, &e);
      host_.stopped(true);
      d_.ops->stop(self_, host_.now() + deadline_ns, &e);
      d_.ops->destroy(std::exchange(self_, nullptr));
      if (host_.buffers_out() != 0) {
        host_.note_violation("a buffer was neither emitted nor given back");
      }
      if (host_.retained() != 0) host_.note_violation("a retained batch was not released");
      if (host_.charged_bytes() != 0) host_.note_violation("charged budget was not given back");
    }
    template <typename T>
    const T* kind(std::uint16_t wanted) const {
      if (d_.kind != wanted) throw bad_test("the plugin is of another kind");
      return static_cast<const T*>(d_.kind_ops);
    }
    void check_descriptor() {
      for (const char* const* n = d_.needs; n != nullptr && *n != nullptr; ++n) {
        const bool optional = **n == '?';
        if (!optional && host_.table()->extension(host_.table()->ctx, *n) == nullptr) {
          throw failure(WEIR_E_UNSUPPORTED, std::string("the host has no ") + *n, "");
        }
      }
    }

    // ---- processors ----

    static void allow(weir_status s, std::initializer_list<weir_status> allowed, const char* what) {
      for (const weir_status a : allowed) {
        if (s == a) return;
      }
      throw violation(std::string(what) + " answered with status " + std::to_string(s));
    }
    // The rows of the block but those that were selected and not kept.
    lines survivors(const weir_batch* head, const offer& o, const std::vector<std::uint64_t>& keep,
                    bool all_dropped) {
      lines out;
      for (const row r : batch(head)) {
        const std::uint32_t i = r.index();
        if (o.selected(i) && (all_dropped || !bit(keep.data(), i - o.in.row0))) continue;
        out.push_back(print(r, format_));
      }
      return out;
    }
    lines process(const weir_processor_ops& k, const block_memory& block, const selection& chosen) {
      const offer o(*this, block.head(), chosen);
      std::vector<std::uint64_t> keep(words(o.in.n_rows) + 1, ~std::uint64_t{0});
      const weir_status s = work(
          host::any_number, [&](weir_err& e) { return k.process(self_, &o.in, keep.data(), &e); });
      allow(s, {WEIR_OK, WEIR_PASS, WEIR_DROP, WEIR_FILTER}, "process");
      o.check_unchanged();
      if (keep.back() != ~std::uint64_t{0}) throw violation("process wrote behind the keep mask");
      if (s == WEIR_PASS) keep.assign(keep.size(), ~std::uint64_t{0});
      lines out = survivors(block.head(), o, keep, s == WEIR_OK || s == WEIR_DROP);
      for (std::string& l : take_rows()) out.push_back(std::move(l));
      return out;
    }
    lines edit(const weir_processor_ops& k, const block_memory& block, const selection& chosen) {
      const lines before = print(batch(block.head()), all_shown);
      const std::uint64_t bytes = slack_ ? block.size() : block.head()->total;
      weir_buf buf = host_.lend(bytes);
      std::memcpy(buf.data, block.data(), bytes);
      offer o(*this, reinterpret_cast<const weir_batch*>(buf.data), chosen);
      std::vector<std::uint64_t> keep(words(o.in.n_rows) + 1, ~std::uint64_t{0});
      weir_status s = WEIR_OK;
      try {
        s = work(host::any_number,
                 [&](weir_err& e) { return k.edit(self_, &buf, &o.in, keep.data(), &e); });
      } catch (...) {
        host_.take_back(buf);
        throw;
      }
      allow(s, {WEIR_OK, WEIR_FILTER}, "edit");
      const block_memory after = received(buf);
      if (keep.back() != ~std::uint64_t{0}) throw violation("edit wrote behind the keep mask");
      check_unselected(before, after.head(), o);
      if (s == WEIR_OK) keep.assign(keep.size(), ~std::uint64_t{0});
      lines out = survivors(after.head(), o, keep, false);
      for (std::string& l : take_rows()) out.push_back(std::move(l));
      return out;
    }
    // The edited block, out of the buffer that holds it now.
    block_memory received(weir_buf& buf) {
      const auto* head = reinterpret_cast<const weir_batch*>(buf.data);
      if (const char* wrong = validate(buf.data, buf.cap)) {
        host_.take_back(buf);
        throw violation(std::string("edit left an invalid batch: ") + wrong);
      }
      block_memory m(head->total);
      std::memcpy(m.data(), buf.data, head->total);
      host_.take_back(buf);
      throw_violations();
      return m;
    }
    static void check_unselected(const lines& before, const weir_batch* head, const offer& o) {
      const lines after = print(batch(head), all_shown);
      if (after.size() < before.size()) throw violation("edit removed rows from the block");
      for (std::uint32_t r = 0; r < before.size(); ++r) {
        if (!o.selected(r) && before[r] != after[r]) {
          throw violation("edit changed a row that is not selected: " + before[r] + " is now " +
                          after[r]);
        }
      }
    }

    // ---- outputs ----

    weir_status deliver(const offer& o) {
      const auto* k = kind<weir_output_ops>(WEIR_OUTPUT);
      const weir_status s = work(0, [&](weir_err& e) { return k->write(self_, &o.in, &e); });
      allow(s, {WEIR_OK, WEIR_ASYNC}, "write");
      o.check_unchanged();
      return s;
    }

    // ---- parsers ----

    static origin document() {
      origin o;
      o.kind = WEIR_RAW_DOCUMENT;
      return o;
    }
    block_memory raw_batch(std::string_view bytes, const origin& from) const {
      builder b;
      b.set_now(host_.now());
      b.raw(bytes, from.kind, from.session, from.last);
      for (const auto& t : from.tags) b.tag(t.first, t.second);
      block_memory m(b.bytes());
      b.seal(m.data());
      return m;
    }
    // bytes: what a stream offers; returns what was consumed.
    std::uint64_t parse_raw(const block_memory& block, std::string_view bytes, const origin& from,
                            std::uint32_t flags) {
      const auto* k = kind<weir_parser_ops>(WEIR_PARSER);
      offer o(*this, block.head(), {});
      o.in.session = from.session;
      o.in.flags = flags | (from.last ? std::uint32_t{WEIR_D_LAST} : 0U);
      o.in.raw = borrow(bytes);
      std::uint64_t consumed = 0;
      work(host::any_number, [&](weir_err& e) { return k->parse(self_, &o.in, &consumed, &e); });
      o.check_unchanged();
      if (consumed > bytes.size() && from.kind == WEIR_RAW_STREAM) {
        throw violation("parse consumed more than there is");
      }
      return consumed;
    }
    // One read of a stream; what a parser does not cut itself is cut at line ends.
    std::uint64_t parse_piece(const std::string& offered, std::string_view fresh,
                              const origin& from) {
      std::string_view bytes = offered;
      if ((d_.flags & WEIR_CUTS_STREAM) == 0 && !from.last) {
        bytes = bytes.substr(0, bytes.rfind('\n') + 1);
      }
      if (bytes.empty() && !from.last) return 0;
      return parse_raw(raw_batch(fresh, from), bytes, from, 0);
    }
    void compare_cut(std::string_view bytes, std::size_t cut, std::uint32_t session,
                     const lines& whole, std::uint64_t bad) {
      const std::uint64_t before = host_.bad_count();
      const lines got = parse_stream_cut(bytes, cut, session);
      if (got == whole && host_.bad_count() - before == bad) return;
      std::string text = "cut at byte " + std::to_string(cut) + " the stream gives";
      for (const std::string& l : got) text += "\n  " + l;
      text += "\ninstead of";
      for (const std::string& l : whole) text += "\n  " + l;
      throw violation(text + "\nbad records: " + std::to_string(host_.bad_count() - before) +
                      " instead of " + std::to_string(bad));
    }
    lines parse_stream_cut(std::string_view bytes, std::size_t cut, std::uint32_t session) {
      origin from;
      from.kind = WEIR_RAW_STREAM;
      from.session = session;
      std::string carried(bytes.substr(0, cut));
      carried.erase(0, parse_piece(carried, bytes.substr(0, cut), from));
      from.last = true;
      carried += bytes.substr(cut);
      parse_piece(carried, bytes.substr(cut), from);
      return take_rows();
    }

    // ---- serializers ----

    std::string serialized(const offer& o, std::uint32_t* ends) {
      const auto* k = kind<weir_serializer_ops>(WEIR_SERIALIZER);
      weir_buf buf = host_.lend(16);
      std::uint64_t used = 0;
      try {
        work(host::any_number,
             [&](weir_err& e) { return k->serialize(self_, &o.in, &buf, &used, ends, &e); });
      } catch (...) {
        host_.take_back(buf);
        throw;
      }
      o.check_unchanged();
      if (used > buf.cap) throw violation("more bytes were used than the buffer has");
      std::string out(reinterpret_cast<const char*>(buf.data), used);
      host_.take_back(buf);
      throw_violations();
      return out;
    }

    static constexpr row_format all_shown{true, true};

    const weir_plugin& d_;
    config conf_;
    testing::host host_;
    void* self_ = nullptr;
    row_format format_;
    std::string left_over_;
    std::uint64_t last_delivery_ = 0;
    std::uint32_t attempt_ = 1;
    bool started_ = false, slack_ = true;
  };

}  // namespace testing
}  // namespace weir
