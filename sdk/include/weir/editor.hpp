#pragma once

// Changing a batch in place.
//
// The block is exclusively the editor's for the call. New strings, tags and fields go into the slack behind
// their sections; when it runs out the block is laid out anew, into a larger buffer of the host if need be
// (amortized: each time with a quarter more). Old space is not reused before that.
//
// Dictionary operations (each_name, each_tag_key, each_tag_value, each_field_key) call back once per distinct
// string of the selected rows. They append the new string and change ids, in selected rows only; table entries
// are never overwritten, because the same string may serve in other roles and in rows that are not selected.
//
// Tag ranges are shared between rows, so the range is edited, not the row; a range that a row outside the
// selection uses as well is copied first.
//
// What depends on keys alone (each_tag_keys, each_field_keys) is decided once per distinct sequence of keys, and
// costs a row a few nanoseconds.
//
// Ownership  The editor borrows buffer, selection, keep mask and memory. Views taken from it end with the next
//            change; the arguments of that change may still be such views.
// Threads    One thread.
// Errors     Throws std::bad_alloc when the host has no larger buffer; the block is valid then, with the changes
//            that were made before.
// Limits     A row has at most 65535 tags and as many fields; more are left out.

#include <new>
#include <string>
#include <string_view>

#include <weir/keys.hpp>
#include <weir/shapes.hpp>

namespace weir {
inline namespace v1 __attribute__((visibility("hidden"))) {

  // Where an editor gets a larger buffer from. get: at least bytes long and 64-aligned, or throws.
  class buffer_source {
   public:
    virtual ~buffer_source() = default;
    // [any] A buffer of at least so many bytes.
    virtual weir_buf get(std::uint64_t bytes) = 0;
    // [any] Takes a buffer back.
    virtual void put(weir_buf& buf) noexcept = 0;
  };

  // Buffers of the plugin's own host.
  class host_buffers final : public buffer_source {
   public:
    explicit host_buffers(const weir_host* h, std::uint32_t lane = 0) : host_(h), lane_(lane) {}
    weir_buf get(std::uint64_t bytes) override {
      weir_buf b{};
      b.size = sizeof b;
      if (host_->buf_get(host_->ctx, lane_, bytes, &b) != WEIR_OK) detail::no_memory();
      return b;
    }
    void put(weir_buf& buf) noexcept override { host_->buf_put(host_->ctx, &buf); }

   private:
    const weir_host* host_;
    std::uint32_t lane_;
  };

  namespace detail {
  // What became of a tag range.
  struct moved_range {
    std::uint32_t tag0, n_tag;
    bool foreign;  // a row outside the selection uses it
  };
  struct tag_span {
    std::uint32_t tag0, n_tag;
  };
  }  // namespace detail

  // Working memory of editors, one after the other; kept, it spares each of them the making.
  class editor_memory {
   public:
    // Gives back what an unusually large batch left behind.
    void trim() {
      if (bytes() <= kept_bytes_max) return;
      scratch_.give_back();
      rebuilt_.give_back();
      spans_.give_back();
      ranges_.give_back();
      foreign_.give_back();
      ids_.give_back();
      fields_.give_back();
      plans_.give_back();
      places_.give_back();
    }
    std::size_t bytes() const {
      return scratch_.capacity_bytes() + rebuilt_.capacity_bytes() + spans_.capacity_bytes() +
             ranges_.capacity_bytes() + foreign_.capacity_bytes() + ids_.capacity_bytes() +
             fields_.capacity_bytes() + plans_.capacity_bytes() * plan_words +
             places_.capacity_bytes() * 2;
    }
    static constexpr std::size_t kept_bytes_max = 1U << 20;

   private:
    static constexpr std::size_t plan_words =
        5;  // a key, its slot of three, and a place among the renamed
    friend class editor;
    detail::pod_vector<std::uint32_t> interned_;
    detail::pod_vector<weir_tag> scratch_, rebuilt_;
    detail::pod_vector<weir_field> fields_;
    detail::pod_vector<detail::tag_span> spans_;
    id_memo<detail::moved_range> ranges_;  // by tag0
    id_memo<detail::tag_span> foreign_;    // the same of rows outside the selection
    id_memo<std::uint32_t> ids_;
    key_shapes<detail::key_plan> plans_;
    key_shapes<detail::pod_vector<std::uint32_t>> places_;
  };

  class editor {
   public:
    // keep: bit i is row row0 + i, preset by the caller; mask as in weir_delivery.
    // NOLINTNEXTLINE(readability-function-size): three of the seven are a weir_delivery's selection
    editor(weir_buf* buf, const std::uint64_t* mask, std::uint32_t row0, std::uint32_t n,
           std::uint64_t* keep, buffer_source* buffers, editor_memory* memory = nullptr)
        : buf_(buf),
          mask_(mask),
          row0_(row0),
          end_(row0 + n),
          keep_(keep),
          buffers_(buffers),
          memory_(memory != nullptr ? *memory : own_) {
      memory_.interned_.clear();
    }
    editor(weir_buf* buf, const weir_delivery& d, std::uint64_t* keep, buffer_source* buffers,
           editor_memory* memory = nullptr)
        : editor(buf, d.mask, d.row0, d.n_rows, keep, buffers, memory) {}
    editor(const editor&) = delete;
    editor& operator=(const editor&) = delete;
    ~editor() = default;

    // ---- reading ----

    // The block's header.
    const weir_batch& head() const { return *reinterpret_cast<const weir_batch*>(buf_->data); }
    block home() const { return block(&head()); }
    // Row r of the block.
    row at(std::uint32_t r) const { return {home(), home().rows()[r]}; }
    // The string with this id.
    std::string_view str(std::uint32_t id) const { return home().str(id); }
    // The rows that were selected when the editor was made and were not dropped since. Rows appended later are
    // visited too.
    template <typename F>
    void each_row(F&& f) {
      for (std::uint32_t r = row0_; r < end_; ++r) {
        if (offered(r)) f(r);
      }
      std::uint32_t end = head().n_rows;  // rows that f appends are not visited
      for (std::uint32_t r = appended_from_; r < end;) {
        const std::uint32_t had = head().n_rows;
        f(r);
        if (head().n_rows < had) {
          --end;  // f dropped it, and the next one is in its place
        } else {
          ++r;
        }
      }
    }
    bool selected(std::uint32_t r) const {
      return r >= appended_from_ || (r >= row0_ && r < end_ && offered(r));
    }

    // ---- rows ----

    // An appended row vanishes, and those behind it move up.
    void drop(std::uint32_t r) {
      if (r >= appended_from_) return take_out(r);
      clear_bit(keep_, r - row0_);
      any_dropped_ = true;
    }
    bool any_dropped() const { return any_dropped_; }
    bool changed() const { return changed_; }
    // Ends the work: drops the rows that were left without a field. Returns the status for the host.
    weir_status finish() {
      if (emptied_) each_row([this](std::uint32_t r) { drop_if_empty(r); });
      emptied_ = false;
      return any_dropped_ ? WEIR_FILTER : WEIR_OK;
    }
    void set_time(std::uint32_t r, std::int64_t ns) { mutable_row(r).time_ns = ns; }
    void set_kind(std::uint32_t r, std::uint8_t kind) { mutable_row(r).kind = kind; }
    void set_name(std::uint32_t r, std::string_view name) {
      const std::uint32_t id = intern(name);
      mutable_row(r).name = id;
    }
    void set_name(std::uint32_t r, std::uint32_t id) { mutable_row(r).name = id; }

    // ---- fields of one row ----

    // Index into the row's fields, or -1.
    int find_field(std::uint32_t r, std::string_view key) const {
      const row w = at(r);
      const weir_field* f = w.find_field(key);
      return f == nullptr ? -1 : static_cast<int>(f - (home().fields() + w.raw().field0));
    }
    const weir_field& field_at(std::uint32_t r, std::size_t i) const {
      return home().fields()[home().rows()[r].field0 + i];
    }
    // Sets or adds. T as in builder::field.
    template <typename T>
    void set_field(std::uint32_t r, std::string_view key, const T& v) {
      const kept_text k(*this, key);
      const weir_field made = make_field(v);
      put_field(r, k.text, made);
    }
    // A ready value; a string value has to come from store().
    void put_field(std::uint32_t r, std::string_view key, weir_field f) {
      const int at_index = find_field(r, key);
      if (at_index >= 0) return set_value(r, static_cast<std::size_t>(at_index), f);
      f.key = intern(key);
      append_field(r, f);
    }
    // The same with the id of the key.
    void put_field(std::uint32_t r, std::uint32_t key_id, weir_field f) {
      const int at_index = find_field(r, str(key_id));
      if (at_index >= 0) return set_value(r, static_cast<std::size_t>(at_index), f);
      f.key = key_id;
      append_field(r, f);
    }
    // Changes type and value of a field in place.
    void set_value(std::uint32_t r, std::size_t i, const weir_field& f) {
      weir_field& old = fields()[rows()[r].field0 + i];
      const std::uint32_t key = old.key;
      old = f;
      old.key = key;
      changed_ = true;
    }
    void set_field_key(std::uint32_t r, std::size_t i, std::uint32_t key_id) {
      fields()[rows()[r].field0 + i].key = key_id;
      changed_ = true;
    }
    // A row that has no field in the end is dropped.
    void remove_field(std::uint32_t r, std::size_t i) {
      weir_row& w = mutable_row(r);
      weir_field* f = fields() + w.field0;
      std::memmove(static_cast<void*>(f + i), f + i + 1, (w.n_field - i - 1) * sizeof(weir_field));
      --w.n_field;
      emptied_ = emptied_ || w.n_field == 0;
    }
    template <typename T>
    weir_field make_field(const T& v) {
      return detail::field_of(v, [this](std::string_view s) { return store(s); });
    }

    // ---- tags of one row ----

    // The value of a tag of row r; null data() where it has none.
    std::string_view tag(std::uint32_t r, std::string_view key) const { return at(r).tag(key); }
    // Sets or adds; the row gets a range of its own.
    void set_tag(std::uint32_t r, std::string_view key, std::string_view val) {
      const kept_text kept(*this, val);
      const std::uint32_t k = intern(key);
      const std::uint32_t v = intern(kept.text);
      memory_.scratch_.clear();
      for (const weir_tag& t : own_tags(r)) memory_.scratch_.push(t);
      insert_tag(k, v);
      store_range(r);
    }
    void remove_tag(std::uint32_t r, std::string_view key) {
      if (tag(r, key).data() == nullptr) return;
      memory_.scratch_.clear();
      for (const weir_tag& t : own_tags(r)) {
        if (str(t.key) != key) memory_.scratch_.push(t);
      }
      store_range(r);
    }

    // ---- per distinct sequence of keys ----

    // f(tag_keys&) for each distinct sequence of tag keys of the selected rows.
    template <typename F>
    void each_tag_keys(F&& f) {
      begin_ranges();
      memory_.plans_.begin();
      const std::uint32_t first = first_selected();
      if (first == none) return;
      const std::uint32_t had = home().rows()[first].n_tag;
      if (tag_plan(first, f).size() > had) return rebuild_tags(f);
      each_range([&](std::uint32_t r) { edit_tag_keys(r, f); });
    }
    // f(field_keys&) for each distinct sequence of field keys of the selected rows; rows left without a field are
    // dropped.
    template <typename F>
    void each_field_keys(F&& f) {
      memory_.plans_.begin();
      each_row([&](std::uint32_t r) { edit_field_keys(r, f); });
    }
    // Adds a tag to every selected row; where the key is there already it stays, unless overwrite.
    void add_tag(std::string_view key, std::string_view val, bool overwrite) {
      const kept_text k(*this, key);
      const kept_text v(*this, val);
      each_tag_keys([&](tag_keys& keys) {
        if (overwrite || keys.find(k.text) < 0) keys.set(k.text, v.text);
      });
    }

    // ---- per distinct tag range ----

    // f(range) once for each distinct tag range of the selected rows, where range is a
    // pod_vector<weir_tag>& that f may change (keys may then be unsorted or double: the first of equal keys
    // wins). f returns true when it changed something.
    template <typename F>
    void each_tag_range(F&& f) {
      begin_ranges();
      each_range([&](std::uint32_t r) { edit_range(r, f); });
    }

    // ---- dictionary operations: f(std::string_view) -> const std::string* or nullptr for "as it is" ----

    // Names of metrics.
    template <typename F>
    void each_name(F&& f) {
      begin_map();
      each_row([&](std::uint32_t r) {
        const std::uint32_t old = home().rows()[r].name;
        const std::uint32_t id = mapped(old, f);
        if (id != old) mutable_row(r).name = id;
      });
    }
    // A renamed key that meets another one of the row replaces it.
    template <typename F>
    void each_field_key(F&& f) {
      each_field_keys([&](field_keys& keys) { rename_all(keys, f); });
    }
    template <typename F>
    void each_tag_key(F&& f) {
      each_tag_keys([&](tag_keys& keys) { rename_all(keys, f); });
    }
    // Values of one key, or of every key where key is empty.
    template <typename F>
    void each_tag_value(std::string_view key, F&& f) {
      const kept_text wanted(*this, key);
      each_tag_value_of(
          [&wanted](std::string_view k) { return wanted.text.empty() || k == wanted.text; }, f);
    }
    // Values of the keys for which is_key(key) holds; it is asked once per distinct sequence of keys.
    template <typename Is, typename F>
    void each_tag_value_of(Is&& is_key, F&& f) {
      begin_ranges();
      begin_map();
      memory_.places_.begin();
      each_range([&](std::uint32_t r) { edit_values(r, is_key, f); });
    }

    // ---- strings ----

    // The id of a string: found again among the few that this editor interned first, else appended.
    std::uint32_t intern(std::string_view s) {
      detail::pod_vector<std::uint32_t>& known = memory_.interned_;
      for (std::uint32_t i = 0; i < known.size(); ++i) {
        if (str(known[i]) == s) return known[i];
      }
      const std::uint32_t id = append_string(s);
      if (known.size() < interned_max) known.push(id);
      return id;
    }
    // Bytes for a string field.
    std::uint64_t store(std::string_view s) {
      if (points_inside(s)) {  // the room below may move the block
        const std::string copy(s);
        return store_bytes(copy);
      }
      return store_bytes(s);
    }

    // ---- appending rows ----

    // Adds a copy of a row of any block, this one too, behind the last one; it is always selected.
    std::uint32_t append_copy(const row& from) {
      const bool own = from.home().rows() == home().rows();
      return own ? append_own(from.index()) : append_foreign(from);
    }

   private:
    // An argument that stays readable when the block moves: copied where it is a view of the block.
    struct kept_text {
      kept_text(const editor& e, std::string_view s) : text(s) {
        if (e.points_inside(s)) text = copy.assign(s);
      }
      kept_text(const kept_text&) = delete;
      kept_text& operator=(const kept_text&) = delete;
      ~kept_text() = default;
      std::string copy;
      std::string_view text;
    };
    struct own_range {
      const weir_tag* first;
      std::uint32_t n;
      const weir_tag* begin() const { return first; }
      const weir_tag* end() const { return first + n; }
    };
    using moved = detail::moved_range;
    weir_batch& mutable_head() { return *reinterpret_cast<weir_batch*>(buf_->data); }
    template <typename T>
    T* section(std::uint32_t off) {
      return reinterpret_cast<T*>(buf_->data + off);
    }
    weir_row* rows() { return section<weir_row>(head().off_rows); }
    weir_tag* tags() { return section<weir_tag>(head().off_tags); }
    weir_field* fields() { return section<weir_field>(head().off_fields); }
    weir_row& mutable_row(std::uint32_t r) { return changed_ = true, rows()[r]; }
    own_range own_tags(std::uint32_t r) const {
      const weir_row& w = home().rows()[r];
      return {home().tags() + w.tag0, w.n_tag};
    }

    // ---- room ----

    struct need {
      std::uint64_t rows, tags, fields, strs, blob;
    };
    void room(need n) {
      const weir_batch& h = head();
      const bool fits = h.n_rows + n.rows <= (h.off_tags - h.off_rows) / sizeof(weir_row) &&
                        h.n_tags + n.tags <= (h.off_fields - h.off_tags) / sizeof(weir_tag) &&
                        h.n_fields + n.fields <= (h.off_strs - h.off_fields) / sizeof(weir_field) &&
                        h.n_strs + n.strs <= (h.off_ext - h.off_strs) / sizeof(weir_sref) &&
                        h.len_blob + n.blob <= buf_->cap - h.off_blob;
      if (!fits) lay_out(n);
    }
    // Everything with a quarter more than is needed. Rows are seldom appended: they get room when one was.
    __attribute__((noinline)) void lay_out(need n) {
      const weir_batch& h = head();
      const auto grown = [](std::uint32_t used, std::uint64_t more) {
        if (more > block_bytes_max) detail::no_memory();
        const std::uint32_t all = used + static_cast<std::uint32_t>(more);
        return all + detail::slack(all, 32);
      };
      const bool appends = n.rows != 0 || appended_from_ != none;
      const detail::layout l{appends ? grown(h.n_rows, n.rows) : h.n_rows,
                             grown(h.n_tags, n.tags),
                             grown(h.n_fields, n.fields),
                             grown(h.n_strs, n.strs),
                             h.n_ext,
                             grown(h.len_blob, n.blob) + 256};
      if (l.bytes() > block_bytes_max) detail::no_memory();
      weir_buf fresh = buffers_->get(l.bytes());
      auto* to = reinterpret_cast<weir_batch*>(fresh.data);
      *to = h;
      l.write(to);
      move_section(fresh, to->off_rows, h.off_rows, h.n_rows * sizeof(weir_row));
      move_section(fresh, to->off_tags, h.off_tags, h.n_tags * sizeof(weir_tag));
      move_section(fresh, to->off_fields, h.off_fields, h.n_fields * sizeof(weir_field));
      move_section(fresh, to->off_strs, h.off_strs, h.n_strs * sizeof(weir_sref));
      move_section(fresh, to->off_ext, h.off_ext, h.n_ext * sizeof(weir_ext));
      move_section(fresh, to->off_blob, h.off_blob, h.len_blob);
      to->total = to->off_blob + to->len_blob;
      std::swap(*buf_, fresh);
      buffers_->put(fresh);
    }
    void move_section(weir_buf& to, std::uint32_t to_off, std::uint32_t from_off,
                      std::size_t bytes) const {
      if (bytes != 0) std::memcpy(to.data + to_off, buf_->data + from_off, bytes);
    }
    bool points_inside(std::string_view s) const {
      const auto* p = reinterpret_cast<const std::uint8_t*>(s.data());
      return p >= buf_->data && p < buf_->data + buf_->cap;
    }
    std::uint64_t store_bytes(std::string_view s) {
      room({0, 0, 0, 0, s.size()});
      weir_batch& h = mutable_head();
      const std::uint32_t off = h.len_blob;
      if (!s.empty()) std::memcpy(buf_->data + h.off_blob + off, s.data(), s.size());
      h.len_blob += static_cast<std::uint32_t>(s.size());
      h.total = h.off_blob + h.len_blob;
      changed_ = true;
      return detail::pack_ref(off, s.size());
    }
    // Appends, but for a run of equal strings.
    std::uint32_t add(std::string_view s) {
      if (last_added_ == WEIR_NO_ID || str(last_added_) != s) last_added_ = append_string(s);
      return last_added_;
    }
    std::uint32_t append_string(std::string_view s) {
      const std::uint64_t ref = store(s);
      room({0, 0, 0, 1, 0});
      weir_batch& h = mutable_head();
      section<weir_sref>(h.off_strs)[h.n_strs] = {static_cast<std::uint32_t>(ref),
                                                  static_cast<std::uint32_t>(ref >> 32)};
      return h.n_strs++;
    }

    // ---- fields ----

    // The row's fields move behind the last field of the block, with the new one after them.
    void append_field(std::uint32_t r, const weir_field& f) {
      const std::uint32_t n = rows()[r].n_field;
      if (n == cells_max) return;
      const bool at_end = rows()[r].field0 + n == head().n_fields;
      room({0, 0, at_end ? 1U : n + 1, 0, 0});
      weir_batch& h = mutable_head();
      weir_row& w = mutable_row(r);
      if (!at_end) {
        if (n != 0) {
          std::memcpy(static_cast<void*>(fields() + h.n_fields), fields() + w.field0,
                      n * sizeof(weir_field));
        }
        w.field0 = h.n_fields;
        h.n_fields += n;
      }
      fields()[h.n_fields++] = f;
      ++w.n_field;
    }
    template <typename F>
    void edit_field_keys(std::uint32_t r, F& f) {
      const weir_row& w = home().rows()[r];
      const detail::key_plan& plan =
          memory_.plans_.of(home().fields() + w.field0, w.n_field,
                            [&](detail::key_plan& p, const std::uint32_t* keys, std::uint32_t n) {
                              field_keys made(*this, p, keys, n);
                              f(made);
                              p.settle(keys, n);
                            });
      if (plan.same) return;
      if (plan.size() == 0) return drop(r);
      weir_row& out = mutable_row(r);  // the plan may have moved the block
      weir_field* at = fields() + out.field0;
      if (!plan.moves) return plan.rewrite_names(at);
      plan.rewrite_fields(at);
      out.n_field = static_cast<std::uint16_t>(plan.size());
    }
    template <typename Keys, typename F>
    void rename_all(Keys& keys, F& f) {
      for (std::uint32_t i = 0; i < keys.size(); ++i) {
        const std::string* to = f(keys.key(i));
        if (to == nullptr || *to == keys.key(i)) continue;
        const int there = keys.find(*to);
        keys.rename(i, *to);
        if (there >= 0 && static_cast<std::uint32_t>(there) < i) --i;
      }
    }
    // ---- appended rows: the row comes last, so that a block without memory stays valid ----

    // The tag range is shared with the original.
    std::uint32_t append_own(std::uint32_t from) {
      const std::uint32_t n = home().rows()[from].n_field;
      room({1, 0, n, 0, 0});
      weir_row made = home().rows()[from];
      if (n != 0) {
        std::memcpy(static_cast<void*>(fields() + head().n_fields), fields() + made.field0,
                    n * sizeof(weir_field));
      }
      made.field0 = head().n_fields;
      mutable_head().n_fields += n;
      own_row_ = none;
      return append_row(made);
    }
    std::uint32_t append_foreign(const row& from) {
      weir_row made = from.raw();
      made.name = intern(from.name());
      memory_.scratch_.clear();
      for (const auto& t : from.tags()) memory_.scratch_.push({intern(t.key), intern(t.value)});
      moved m{0, 0, true};
      place_range(m);
      made.tag0 = m.tag0;
      const std::uint32_t field0 = append_fields(from);
      made.field0 = field0;
      room({1, 0, 0, 0, 0});
      return append_row(made);
    }
    std::uint32_t append_fields(const row& from) {
      const weir_field* f = from.home().fields() + from.raw().field0;
      detail::pod_vector<weir_field>& made = memory_.fields_;
      made.clear();
      for (std::uint32_t i = 0; i < from.raw().n_field; ++i) {
        weir_field copy = f[i];
        copy.key = intern(from.home().str(copy.key));
        if (copy.type == WEIR_STRING) copy.v.str = store(from.home().text(copy.v.str));
        made.push(copy);
      }
      room({0, 0, made.size(), 0, 0});
      const std::uint32_t at = head().n_fields;
      if (made.size() != 0) {
        std::memcpy(static_cast<void*>(fields() + at), made.data(),
                    made.size() * sizeof(weir_field));
      }
      mutable_head().n_fields += made.size();
      return at;
    }
    std::uint32_t append_row(const weir_row& made) {
      weir_batch& h = mutable_head();
      rows()[h.n_rows] = made;
      if (appended_from_ == none) appended_from_ = h.n_rows;
      changed_ = true;
      return h.n_rows++;
    }
    void take_out(std::uint32_t r) {
      weir_batch& h = mutable_head();
      std::memmove(static_cast<void*>(rows() + r), rows() + r + 1,
                   (h.n_rows - r - 1) * sizeof(weir_row));
      --h.n_rows;
      own_row_ = none;
      changed_ = true;
    }
    // A dropped row is a row all the same: it gets its last field back, which nobody has overwritten.
    void drop_if_empty(std::uint32_t r) {
      if (rows()[r].n_field != 0) return;
      rows()[r].n_field = 1;
      drop(r);
    }

    // ---- tag ranges ----

    // Of a row of the range that was offered.
    bool offered(std::uint32_t r) const {
      return (mask_ == nullptr || bit(mask_, r)) && (keep_ == nullptr || bit(keep_, r - row0_));
    }
    std::uint32_t first_selected() const {
      for (std::uint32_t r = row0_; r < end_; ++r) {
        if (offered(r)) return r;
      }
      return appended_from_ < head().n_rows ? appended_from_ : none;
    }
    bool whole() const {
      return mask_ == nullptr && row0_ == 0 && end_ == head().n_rows && !any_dropped_;
    }
    void begin_ranges() {
      memory_.ranges_.begin(head().n_tags + 1);
      memory_.foreign_.begin(whole() ? 0 : head().n_tags + 1);
      empty_known_ = false;
      own_row_ = none;
      if (whole()) return;
      for (std::uint32_t r = 0; r < head().n_rows; ++r) {
        const weir_row& w = home().rows()[r];
        if (!selected(r)) memory_.foreign_.set(w.tag0, {w.tag0, w.n_tag});
      }
    }
    bool foreign(std::uint32_t tag0) const {
      return memory_.foreign_.covers(tag0) && memory_.foreign_.find(tag0) != nullptr;
    }
    // each_row, but where f throws the rows behind follow the ranges that were changed before: they may share them.
    template <typename F>
    void each_range(F&& f) {
      struct follow {
        explicit follow(editor& e) : home(e) {}
        follow(const follow&) = delete;
        follow& operator=(const follow&) = delete;
        ~follow() {
          if (done) return;
          home.each_row([this](std::uint32_t r) {
            if (r > at) home.settled(r);
          });
        }
        editor& home;
        std::uint32_t at = 0;
        bool done = false;
      } guard{*this};
      each_row([&](std::uint32_t r) {
        guard.at = r;
        f(r);
      });
      guard.done = true;
    }
    // True when the row's range needs no more work: it has none, or the row got what became of it.
    bool settled(std::uint32_t r) {
      const weir_row& w = home().rows()[r];
      if (!memory_.ranges_.covers(w.tag0)) return true;  // made by this very pass
      const moved* m = known_range(w);
      if (m == nullptr) return false;
      apply(r, *m);
      return true;
    }
    void settle(std::uint32_t r, const moved& m) {
      remember(home().rows()[r], m);
      apply(r, m);
    }
    // Rows without tags have ranges of no length, whose begin means nothing: they get one answer together.
    const moved* known_range(const weir_row& w) const {
      if (w.n_tag == 0) return empty_known_ ? &empty_ : nullptr;
      return memory_.ranges_.find(w.tag0);
    }
    void remember(const weir_row& w, const moved& m) {
      if (w.n_tag != 0) return memory_.ranges_.set(w.tag0, m);
      empty_ = m;
      empty_known_ = true;
    }
    moved range_of(std::uint32_t r) const {
      const weir_row& w = home().rows()[r];
      return {w.tag0, w.n_tag, w.n_tag == 0 || foreign(w.tag0)};
    }
    void apply(std::uint32_t r, const moved& m) {
      const weir_row& w = home().rows()[r];
      if (w.n_tag == m.n_tag && (w.tag0 == m.tag0 || m.n_tag == 0)) return;
      weir_row& out = mutable_row(r);
      out.tag0 = m.tag0;
      out.n_tag = static_cast<std::uint16_t>(m.n_tag);
    }
    template <typename F>
    void edit_range(std::uint32_t r, F& f) {
      if (settled(r)) return;
      moved m = range_of(r);
      take_tags(r);
      if (f(memory_.scratch_)) {
        normalize();
        place_range(m);
      }
      settle(r, m);
    }
    void take_tags(std::uint32_t r) {
      const own_range own = own_tags(r);
      memory_.scratch_.clear();
      if (own.n == 0) return;
      std::memcpy(static_cast<void*>(memory_.scratch_.extend(own.n)), own.first,
                  own.n * sizeof(weir_tag));
    }
    // Writes scratch_ over the old range, or behind the last one where it does not fit or others need the old one.
    void place_range(moved& m) {
      const std::uint32_t n = memory_.scratch_.size();
      if (n > m.n_tag || m.foreign) {
        room({0, n, 0, 0, 0});
        m.tag0 = mutable_head().n_tags;
        mutable_head().n_tags += n;
      }
      m.n_tag = n;
      if (n != 0) {
        std::memcpy(static_cast<void*>(tags() + m.tag0), memory_.scratch_.data(),
                    n * sizeof(weir_tag));
      }
      changed_ = true;
    }
    // The row's tags at the end of the section: in place of those that it had there before.
    void store_range(std::uint32_t r) {
      normalize();
      const weir_row& w = home().rows()[r];
      const bool again = r == own_row_ && w.tag0 + w.n_tag == head().n_tags;
      const std::uint32_t had = again ? w.n_tag : 0;
      const std::uint32_t n = memory_.scratch_.size();
      room({0, n > had ? n - had : 0, 0, 0, 0});
      mutable_head().n_tags -= had;
      moved m{0, 0, true};
      place_range(m);
      apply(r, m);
      own_row_ = r;
    }
    void insert_tag(std::uint32_t k, std::uint32_t v) {
      detail::pod_vector<weir_tag>& t = memory_.scratch_;
      for (std::uint32_t i = 0; i < t.size(); ++i) {
        if (str(t[i].key) != str(k)) continue;
        t[i].val = v;
        return;
      }
      if (t.size() < cells_max) t.push({k, v});
    }
    void normalize() {  // insertion sort: stable, and ranges are short and almost sorted
      detail::pod_vector<weir_tag>& tags = memory_.scratch_;
      for (std::uint32_t i = 1; i < tags.size(); ++i) {
        const weir_tag t = tags[i];
        std::uint32_t at = i;
        for (; at > 0 && str(t.key) < str(tags[at - 1].key); --at) tags[at] = tags[at - 1];
        tags[at] = t;
      }
      std::uint32_t out = 0;
      for (std::uint32_t i = 0; i < tags.size(); ++i) {
        if (out == 0 || str(tags[out - 1].key) != str(tags[i].key)) tags[out++] = tags[i];
      }
      tags.resize_down(out);
    }

    // ---- tags by their keys ----

    template <typename F>
    const detail::key_plan& tag_plan(std::uint32_t r, F& f) {
      const weir_row& w = home().rows()[r];
      return memory_.plans_.of(
          home().tags() + w.tag0, w.n_tag,
          [&](detail::key_plan& p, const std::uint32_t* keys, std::uint32_t n) {
            tag_keys made(*this, p, keys, n);
            f(made);
            made.sort();
            p.settle(keys, n);
          });
    }
    template <typename F>
    void edit_tag_keys(std::uint32_t r, F& f) {
      if (settled(r)) return;
      const detail::key_plan& plan = tag_plan(r, f);
      moved m = range_of(r);
      if (!plan.same) change_tags(m, plan);
      settle(r, m);
    }
    void change_tags(moved& m, const detail::key_plan& plan) {
      weir_tag* at = tags() + m.tag0;
      changed_ = true;
      if (!m.foreign && !plan.moves) return plan.rewrite_names(at);
      if (m.foreign || plan.size() > m.n_tag || m.n_tag > detail::key_plan::in_place_max) {
        return replace_tags(m, plan);
      }
      plan.rewrite_tags(at, m.n_tag);
      m.n_tag = plan.size();
    }
    __attribute__((noinline)) void replace_tags(moved& m, const detail::key_plan& plan) {
      memory_.scratch_.clear();
      plan.write_tags(tags() + m.tag0, memory_.scratch_.extend(plan.size()));
      place_range(m);
    }
    // Where ranges grow, the whole section is written anew: side by side in the order of the rows they keep to the
    // slack, where appending every one of them would need room for both the old and the new.
    template <typename F>
    void rebuild_tags(F& f) {
      memory_.rebuilt_.clear();
      memory_.spans_.clear();
      const std::uint32_t n = head().n_rows;
      for (std::uint32_t r = 0; r < n; ++r) {
        memory_.spans_.push(selected(r) ? rebuilt(r, f) : kept_for(r));
      }
      const std::uint32_t size = memory_.rebuilt_.size();
      if (size > head().n_tags) room({0, size - head().n_tags, 0, 0, 0});
      if (size != 0) {
        std::memcpy(static_cast<void*>(tags()), memory_.rebuilt_.data(), size * sizeof(weir_tag));
      }
      mutable_head().n_tags = size;
      weir_row* w = rows();
      for (std::uint32_t r = 0; r < n; ++r) {
        w[r].tag0 = memory_.spans_[r].tag0;
        w[r].n_tag = static_cast<std::uint16_t>(memory_.spans_[r].n_tag);
      }
      changed_ = true;
    }
    template <typename F>
    detail::tag_span rebuilt(std::uint32_t r, F& f) {
      if (const moved* known = known_range(home().rows()[r])) return {known->tag0, known->n_tag};
      const detail::key_plan& plan = tag_plan(r, f);
      const weir_row& w = home().rows()[r];
      const moved m{memory_.rebuilt_.size(), plan.size(), false};
      plan.write_tags(home().tags() + w.tag0, memory_.rebuilt_.extend(m.n_tag));
      remember(w, m);
      return {m.tag0, m.n_tag};
    }
    // The range of a row outside the selection. Until it is copied, foreign_ holds the place in the old section.
    detail::tag_span kept_for(std::uint32_t r) {
      const weir_row& w = home().rows()[r];
      const std::uint32_t at = memory_.rebuilt_.size();
      if (w.n_tag == 0) return {0, 0};
      const detail::tag_span* known = memory_.foreign_.find(w.tag0);
      if (known != nullptr && known->n_tag == (copied | w.n_tag)) return {known->tag0, w.n_tag};
      std::memcpy(static_cast<void*>(memory_.rebuilt_.extend(w.n_tag)), home().tags() + w.tag0,
                  w.n_tag * sizeof(weir_tag));
      memory_.foreign_.set(w.tag0, {at, copied | w.n_tag});
      return {at, w.n_tag};
    }

    // ---- tag values ----

    template <typename Is, typename F>
    void edit_values(std::uint32_t r, Is& is_key, F& f) {
      if (settled(r)) return;
      moved m = range_of(r);
      const detail::pod_vector<std::uint32_t>& places = memory_.places_.of(
          home().tags() + m.tag0, m.n_tag,
          [&](detail::pod_vector<std::uint32_t>& at, const std::uint32_t* keys, std::uint32_t n) {
            at.clear();
            for (std::uint32_t i = 0; i < n; ++i) {
              if (is_key(str(keys[i]))) at.push(i);
            }
          });
      for (std::uint32_t i = 0; i < places.size(); ++i) {
        const std::uint32_t old = home().tags()[m.tag0 + places[i]].val;
        const std::uint32_t id = mapped(old, f);
        if (id == old) continue;
        if (m.foreign) copy_range(r, m);
        tags()[m.tag0 + places[i]].val = id;
        changed_ = true;
      }
      settle(r, m);
    }

    // A range of the row's own, once.
    __attribute__((noinline)) void copy_range(std::uint32_t r, moved& m) {
      take_tags(r);
      place_range(m);
      m.foreign = false;
    }

    // ---- id maps ----

    void begin_map() { memory_.ids_.begin(head().n_strs); }
    template <typename F>
    std::uint32_t mapped(std::uint32_t id, F& f) {
      if (!memory_.ids_.covers(id)) return id;  // appended by this very pass
      if (const std::uint32_t* known = memory_.ids_.find(id)) return *known;
      return decide(id, f);
    }
    template <typename F>
    __attribute__((noinline)) std::uint32_t decide(std::uint32_t id, F& f) {
      const std::string* fresh = f(str(id));
      const std::uint32_t to = fresh == nullptr || *fresh == str(id) ? id : add(*fresh);
      memory_.ids_.set(id, to);
      return to;
    }

    static constexpr std::uint32_t none = 0xffffffffU;
    static constexpr std::uint32_t copied = 1U << 31;  // beside a number of tags
    static constexpr std::uint32_t cells_max = 0xffff;
    static constexpr std::uint64_t block_bytes_max = 0xffffffffU - 4096;
    static constexpr std::uint32_t interned_max = 16;
    weir_buf* buf_;
    const std::uint64_t* mask_;
    std::uint32_t row0_, end_;
    std::uint64_t* keep_;
    buffer_source* buffers_;
    std::uint32_t appended_from_ = none;
    std::uint32_t own_row_ =
        none;  // has the last tag range for itself, where it ends with the section
    bool any_dropped_ = false, changed_ = false, emptied_ = false;
    std::uint32_t last_added_ = WEIR_NO_ID;
    bool empty_known_ = false;
    moved empty_{0, 0, true};  // what rows without tags get
    editor_memory own_;
    editor_memory& memory_;
  };

  // Of keys.hpp: what needs the editor.
  inline std::string_view field_keys::key(std::uint32_t i) const {
    return home_.str(plan_.slots[i].key);
  }
  inline std::uint32_t field_keys::intern(std::string_view s) { return home_.intern(s); }

}  // namespace v1
}  // namespace weir
