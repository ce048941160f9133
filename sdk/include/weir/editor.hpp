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
// Ownership  The editor borrows buffer, selection and keep mask. Views taken from it end with the next change.
// Threads    One thread.
// Errors     Throws std::bad_alloc when the host has no larger buffer; the block is then as it was before the
//            operation that failed.

#include <weir/builder.hpp>

#include <new>
#include <string>
#include <string_view>

namespace weir {
inline namespace v1 __attribute__((visibility("hidden"))) {

// Where an editor gets a larger buffer from. get: at least bytes long and 64-aligned, or throws.
class buffer_source {
 public:
  virtual ~buffer_source() = default;
  virtual weir_buf get(std::uint64_t bytes) = 0;
  virtual void put(weir_buf& buf) noexcept = 0;
};

class host_buffers final : public buffer_source {
 public:
  explicit host_buffers(const weir_host* h, std::uint32_t lane = 0) : host_(h), lane_(lane) {}
  weir_buf get(std::uint64_t bytes) override {
    weir_buf b{};
    b.size = sizeof b;
    if (host_->buf_get(host_->ctx, lane_, bytes, &b) != WEIR_OK) throw std::bad_alloc();
    return b;
  }
  void put(weir_buf& buf) noexcept override { host_->buf_put(host_->ctx, &buf); }

 private:
  const weir_host* host_;
  std::uint32_t lane_;
};

class editor {
 public:
  // keep: bit i is row row0 + i, preset by the caller; mask as in weir_delivery.
  editor(weir_buf* buf, const std::uint64_t* mask, std::uint32_t row0, std::uint32_t n, std::uint64_t* keep,
         buffer_source* buffers)
      : buf_(buf), mask_(mask), row0_(row0), end_(row0 + n), keep_(keep), buffers_(buffers) {}
  editor(weir_buf* buf, const weir_delivery& d, std::uint64_t* keep, buffer_source* buffers)
      : editor(buf, d.mask, d.row0, d.n_rows, keep, buffers) {}

  // ---- reading ----

  const weir_batch& head() const { return *reinterpret_cast<const weir_batch*>(buf_->data); }
  block home() const { return block(&head()); }
  row at(std::uint32_t r) const { return {home(), home().rows()[r]}; }
  std::string_view str(std::uint32_t id) const { return home().str(id); }
  // The rows that were selected when the editor was made and were not dropped since. Rows appended later are
  // visited too.
  template <typename F>
  void each_row(F&& f) {
    for (std::uint32_t r = row0_; r < end_; ++r)
      if (selected(r)) f(r);
    for (std::uint32_t r = appended_from_; r < head().n_rows; ++r) f(r);
  }
  bool selected(std::uint32_t r) const {
    return (mask_ == nullptr || bit(mask_, r)) && (keep_ == nullptr || bit(keep_, r - row0_));
  }

  // ---- rows ----

  void drop(std::uint32_t r) {
    clear_bit(keep_, r - row0_);
    any_dropped_ = true;
  }
  bool any_dropped() const { return any_dropped_; }
  bool changed() const { return changed_; }
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
    const weir_field made = make_field(v);
    put_field(r, key, made);
  }
  // A ready value; a string value has to come from store().
  void put_field(std::uint32_t r, std::string_view key, weir_field f) {
    const int at_index = find_field(r, key);
    if (at_index >= 0) {
      weir_field& old = fields()[rows()[r].field0 + static_cast<std::uint32_t>(at_index)];
      f.key = old.key;
      old = f;
      changed_ = true;
    } else {
      f.key = intern(key);
      append_field(r, f);
    }
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
  void remove_field(std::uint32_t r, std::size_t i) {
    weir_row& w = mutable_row(r);
    weir_field* f = fields() + w.field0;
    std::memmove(static_cast<void*>(f + i), f + i + 1, (w.n_field - i - 1) * sizeof(weir_field));
    --w.n_field;
  }
  template <typename T>
  weir_field make_field(const T& v) {
    weir_field f{};
    if constexpr (std::is_same_v<T, bool>) {
      f.type = WEIR_BOOL;
      f.v.u = v ? 1 : 0;
    } else if constexpr (std::is_floating_point_v<T>) {
      f.type = WEIR_F64;
      f.v.f = static_cast<double>(v);
    } else if constexpr (std::is_integral_v<T> && std::is_unsigned_v<T>) {
      f.type = WEIR_U64;
      f.v.u = v;
    } else if constexpr (std::is_integral_v<T>) {
      f.type = WEIR_I64;
      f.v.i = v;
    } else {
      f.type = WEIR_STRING;
      f.v.str = store(std::string_view(v));
    }
    return f;
  }

  // ---- tags of one row ----

  std::string_view tag(std::uint32_t r, std::string_view key) const { return at(r).tag(key); }
  // Sets or adds; the row gets a range of its own.
  void set_tag(std::uint32_t r, std::string_view key, std::string_view val) {
    const std::uint32_t k = intern(key);
    const std::uint32_t v = intern(val);
    scratch_.clear();
    for (const weir_tag& t : own_tags(r)) scratch_.push(t);
    insert_tag(k, v);
    store_range(r);
  }
  void remove_tag(std::uint32_t r, std::string_view key) {
    if (tag(r, key).data() == nullptr) return;
    scratch_.clear();
    for (const weir_tag& t : own_tags(r))
      if (str(t.key) != key) scratch_.push(t);
    store_range(r);
  }

  // ---- per distinct tag range ----

  // f(range) once for each distinct tag range of the selected rows, where range is a
  // pod_vector<weir_tag>& that f may change (keys may then be unsorted or double: the first of equal keys
  // wins). f returns true when it changed something.
  template <typename F>
  void each_tag_range(F&& f) {
    begin_ranges();
    const std::uint32_t n = head().n_rows;
    for (std::uint32_t r = row0_; r < n; ++r) {
      if (r >= end_ && r < appended_from_) continue;
      if (r >= end_ || selected(r)) edit_range(r, f);
    }
  }
  // Adds a tag to every selected row; where the key is there already it stays, unless overwrite.
  void add_tag(std::string_view key, std::string_view val, bool overwrite) {
    const std::uint32_t k = intern(key);
    const std::uint32_t v = intern(val);
    each_tag_range([&](detail::pod_vector<weir_tag>& tags) {
      weir_tag* t = tags.data();
      for (std::uint32_t i = 0; i < tags.size(); ++i) {
        if (str(t[i].key) != key) continue;
        const bool change = overwrite && t[i].val != v;
        if (change) t[i].val = v;
        return change;
      }
      tags.push({k, v});
      return true;
    });
  }

  // ---- dictionary operations: f(std::string_view) -> const std::string* or nullptr for "as it is" ----

  template <typename F>
  void each_name(F&& f) {
    begin_map();
    each_row([&](std::uint32_t r) {
      const std::uint32_t old = home().rows()[r].name;
      const std::uint32_t id = mapped(old, f);
      if (id != old) mutable_row(r).name = id;
    });
  }
  // A renamed key that meets an existing one of the row replaces it.
  template <typename F>
  void each_field_key(F&& f) {
    begin_map();
    each_row([&](std::uint32_t r) { map_field_keys(r, f); });
  }
  template <typename F>
  void each_tag_key(F&& f) {
    begin_map();
    each_tag_range([&](detail::pod_vector<weir_tag>& tags) {
      std::uint32_t renamed = 0;
      for (std::uint32_t i = 0; i < tags.size(); ++i) {
        const std::uint32_t id = mapped(tags[i].key, f);
        if (id == tags[i].key) continue;
        const weir_tag t{id, tags[i].val};
        // Renamed tags go to the front: they win over one that had the name before.
        std::memmove(static_cast<void*>(tags.data() + renamed + 1), tags.data() + renamed,
                     (i - renamed) * sizeof(weir_tag));
        tags[renamed++] = t;
      }
      return renamed != 0;
    });
  }
  // Values of one key, or of every key where key is empty.
  template <typename F>
  void each_tag_value(std::string_view key, F&& f) {
    begin_map();
    each_tag_range([&](detail::pod_vector<weir_tag>& tags) {
      bool change = false;
      for (std::uint32_t i = 0; i < tags.size(); ++i) {
        if (!key.empty() && str(tags[i].key) != key) continue;
        const std::uint32_t id = mapped(tags[i].val, f);
        change = change || id != tags[i].val;
        tags[i].val = id;
      }
      return change;
    });
  }

  // ---- strings ----

  // The id of a string: found again among the few that this editor interned first, else appended.
  std::uint32_t intern(std::string_view s) {
    for (std::uint32_t i = 0; i < interned_.size(); ++i)
      if (str(interned_[i]) == s) return interned_[i];
    const std::uint32_t id = append_string(s);
    if (interned_.size() < interned_max) interned_.push(id);
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

  // Adds a copy of a row of any block behind the last one; it is always selected.
  std::uint32_t append_copy(const row& from) {
    const std::uint32_t r = append_row();
    set_name(r, std::string(from.name()));
    rows()[r].time_ns = from.time_ns();
    rows()[r].kind = from.kind();
    for (std::size_t i = 0; i < from.tags().size(); ++i) set_tag(r, std::string(from.tags()[i].key), std::string(from.tags()[i].value));
    for (std::size_t i = 0; i < from.fields().size(); ++i) copy_field(r, from.fields()[i]);
    return r;
  }

 private:
  struct tag_span {
    const weir_tag* first;
    std::uint32_t n;
    const weir_tag* begin() const { return first; }
    const weir_tag* end() const { return first + n; }
  };
  weir_batch& mutable_head() { return *reinterpret_cast<weir_batch*>(buf_->data); }
  template <typename T>
  T* section(std::uint32_t off) {
    return reinterpret_cast<T*>(buf_->data + off);
  }
  weir_row* rows() { return section<weir_row>(head().off_rows); }
  weir_tag* tags() { return section<weir_tag>(head().off_tags); }
  weir_field* fields() { return section<weir_field>(head().off_fields); }
  weir_row& mutable_row(std::uint32_t r) { return changed_ = true, rows()[r]; }
  tag_span own_tags(std::uint32_t r) const {
    const weir_row& w = home().rows()[r];
    return {home().tags() + w.tag0, w.n_tag};
  }

  // ---- room ----

  struct need {
    std::uint32_t rows, tags, fields, strs, blob;
  };
  detail::layout capacities() const {
    const weir_batch& h = head();
    return {(h.off_tags - h.off_rows) / 32U, (h.off_fields - h.off_tags) / 8U, (h.off_strs - h.off_fields) / 16U,
            (h.off_ext - h.off_strs) / 8U, h.n_ext, static_cast<std::uint32_t>(buf_->cap - h.off_blob)};
  }
  void room(need n) {
    const detail::layout c = capacities();
    const weir_batch& h = head();
    if (h.n_rows + n.rows > c.rows || h.n_tags + n.tags > c.tags || h.n_fields + n.fields > c.fields ||
        h.n_strs + n.strs > c.strs || h.len_blob + n.blob > c.blob)
      lay_out(n);
  }
  void lay_out(need n) {
    const weir_batch& h = head();
    const auto grown = [](std::uint32_t used, std::uint32_t more) { return used + more + detail::slack(used + more, 32); };
    const detail::layout l{h.n_rows + n.rows * 4, grown(h.n_tags, n.tags), grown(h.n_fields, n.fields),
                           grown(h.n_strs, n.strs), h.n_ext, detail::round8(grown(h.len_blob, n.blob) + 256)};
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
  void move_section(weir_buf& to, std::uint32_t to_off, std::uint32_t from_off, std::size_t bytes) const {
    if (bytes != 0) std::memcpy(to.data + to_off, buf_->data + from_off, bytes);
  }
  bool points_inside(std::string_view s) const {
    const auto* p = reinterpret_cast<const std::uint8_t*>(s.data());
    return p >= buf_->data && p < buf_->data + buf_->cap;
  }
  std::uint64_t store_bytes(std::string_view s) {
    room({0, 0, 0, 0, static_cast<std::uint32_t>(s.size())});
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
    section<weir_sref>(h.off_strs)[h.n_strs] = {static_cast<std::uint32_t>(ref), static_cast<std::uint32_t>(ref >> 32)};
    return h.n_strs++;
  }

  // ---- fields ----

  // The row's fields move behind the last field of the block, with the new one after them.
  void append_field(std::uint32_t r, const weir_field& f) {
    const std::uint32_t n = rows()[r].n_field;
    const bool at_end = rows()[r].field0 + n == head().n_fields;
    room({0, 0, at_end ? 1 : n + 1, 0, 0});
    weir_batch& h = mutable_head();
    weir_row& w = mutable_row(r);
    if (!at_end) {
      if (n != 0) std::memcpy(static_cast<void*>(fields() + h.n_fields), fields() + w.field0, n * sizeof(weir_field));
      w.field0 = h.n_fields;
      h.n_fields += n;
    }
    fields()[h.n_fields++] = f;
    ++w.n_field;
  }
  void copy_field(std::uint32_t r, const field& f) {
    const std::string key(f.key);
    switch (f.value.type()) {
      case WEIR_I64: return set_field(r, key, f.value.i64());
      case WEIR_U64: return set_field(r, key, f.value.u64());
      case WEIR_F64: return set_field(r, key, f.value.f64());
      case WEIR_BOOL: return set_field(r, key, f.value.boolean());
      default: return set_field(r, key, std::string(f.value.str()));
    }
  }
  template <typename F>
  void map_field_keys(std::uint32_t r, F& f) {
    for (std::uint32_t i = 0; i < home().rows()[r].n_field; ++i) {
      const std::uint32_t old = home().fields()[home().rows()[r].field0 + i].key;
      const std::uint32_t id = mapped(old, f);
      if (id == old) continue;
      const int there = find_field(r, str(id));
      set_field_key(r, i, id);
      if (there < 0 || static_cast<std::uint32_t>(there) == i) continue;
      remove_field(r, static_cast<std::size_t>(there));
      if (static_cast<std::uint32_t>(there) < i) --i;
    }
  }
  std::uint32_t append_row() {
    room({1, 0, 0, 0, 0});
    weir_batch& h = mutable_head();
    rows()[h.n_rows] = weir_row{};
    rows()[h.n_rows].tag0 = h.n_tags;
    rows()[h.n_rows].field0 = h.n_fields;
    if (appended_from_ == none) appended_from_ = h.n_rows;
    changed_ = true;
    return h.n_rows++;
  }

  // ---- tag ranges ----

  struct moved {
    std::uint32_t tag0, n_tag, epoch;
    bool foreign;  // a row outside the selection uses it
  };
  void begin_ranges() {
    const std::uint32_t n = head().n_tags + 1;
    const std::uint32_t had = ranges_.size();
    if (had < n) std::memset(static_cast<void*>(ranges_.extend(n - had)), 0, (n - had) * sizeof(moved));
    ++range_epoch_;
    foreign_epoch_ = 0;
    if (whole()) return;
    foreign_epoch_ = range_epoch_++;  // marks ranges of unselected rows
    for (std::uint32_t r = 0; r < head().n_rows; ++r)
      if (!in_selection(r)) ranges_[home().rows()[r].tag0] = {0, 0, foreign_epoch_, true};
  }
  bool in_selection(std::uint32_t r) const {
    if (r >= appended_from_) return true;
    return r >= row0_ && r < end_ && selected(r);
  }
  bool whole() const { return mask_ == nullptr && row0_ == 0 && end_ == head().n_rows && !any_dropped_; }
  template <typename F>
  void edit_range(std::uint32_t r, F& f) {
    const weir_row& w = home().rows()[r];
    const std::uint32_t from = w.tag0;
    if (from >= ranges_.size()) return;  // made by this very pass
    if (w.n_tag == 0) return edit_empty(r, f);
    if (ranges_[from].epoch != range_epoch_) {
      const bool foreign = foreign_epoch_ != 0 && ranges_[from].epoch == foreign_epoch_;
      scratch_.clear();
      for (const weir_tag& t : own_tags(r)) scratch_.push(t);
      moved m{from, w.n_tag, range_epoch_, foreign};
      if (f(scratch_)) place_range(m);
      ranges_[from] = m;
    }
    apply(r, ranges_[from]);
  }
  // Rows without tags have ranges of no length, whose begin means nothing: they get one answer together.
  template <typename F>
  void edit_empty(std::uint32_t r, F& f) {
    if (empty_epoch_ != range_epoch_) {
      scratch_.clear();
      empty_ = {home().rows()[r].tag0, 0, range_epoch_, true};
      if (f(scratch_)) place_range(empty_);
      empty_epoch_ = range_epoch_;
    }
    if (empty_.n_tag != 0) apply(r, empty_);
  }
  void apply(std::uint32_t r, const moved& m) {
    const weir_row& w = home().rows()[r];
    if (w.tag0 == m.tag0 && w.n_tag == m.n_tag) return;
    weir_row& out = mutable_row(r);
    out.tag0 = m.tag0;
    out.n_tag = static_cast<std::uint16_t>(m.n_tag);
  }
  // Sorts scratch_, removes double keys, and writes it over the old range or behind the last one.
  void place_range(moved& m) {
    normalize();
    const std::uint32_t n = scratch_.size();
    if (n > m.n_tag || m.foreign) {
      room({0, n, 0, 0, 0});
      m.tag0 = mutable_head().n_tags;
      mutable_head().n_tags += n;
    }
    m.n_tag = n;
    if (n != 0) std::memcpy(static_cast<void*>(tags() + m.tag0), scratch_.data(), n * sizeof(weir_tag));
    changed_ = true;
  }
  void store_range(std::uint32_t r) {
    moved m{0, 0, 0, true};
    place_range(m);
    apply(r, m);
  }
  void insert_tag(std::uint32_t k, std::uint32_t v) {
    for (std::uint32_t i = 0; i < scratch_.size(); ++i) {
      if (str(scratch_[i].key) != str(k)) continue;
      scratch_[i].val = v;
      return;
    }
    scratch_.push({k, v});
  }
  void normalize() {  // insertion sort: stable, and ranges are short and almost sorted
    for (std::uint32_t i = 1; i < scratch_.size(); ++i) {
      const weir_tag t = scratch_[i];
      std::uint32_t at = i;
      for (; at > 0 && str(t.key) < str(scratch_[at - 1].key); --at) scratch_[at] = scratch_[at - 1];
      scratch_[at] = t;
    }
    std::uint32_t out = 0;
    for (std::uint32_t i = 0; i < scratch_.size(); ++i)
      if (out == 0 || str(scratch_[out - 1].key) != str(scratch_[i].key)) scratch_[out++] = scratch_[i];
    scratch_.resize_down(out);
  }

  // ---- id maps ----

  struct entry {
    std::uint32_t id, epoch;
  };
  void begin_map() {
    const std::uint32_t n = head().n_strs;
    const std::uint32_t had = map_.size();
    if (had < n) std::memset(static_cast<void*>(map_.extend(n - had)), 0, (n - had) * sizeof(entry));
    ++map_epoch_;
  }
  template <typename F>
  std::uint32_t mapped(std::uint32_t id, F& f) {
    if (id >= map_.size()) return id;  // appended by this very pass
    if (map_[id].epoch == map_epoch_) return map_[id].id;
    const std::string* fresh = f(str(id));
    const std::uint32_t to = fresh == nullptr || *fresh == str(id) ? id : add(*fresh);
    map_[id] = {to, map_epoch_};
    return to;
  }

  static constexpr std::uint32_t none = 0xffffffffU;
  static constexpr std::uint32_t interned_max = 16;
  weir_buf* buf_;
  const std::uint64_t* mask_;
  std::uint32_t row0_, end_;
  std::uint64_t* keep_;
  buffer_source* buffers_;
  std::uint32_t appended_from_ = none;
  bool any_dropped_ = false, changed_ = false;
  detail::pod_vector<std::uint32_t> interned_;
  std::uint32_t last_added_ = WEIR_NO_ID;
  detail::pod_vector<weir_tag> scratch_;
  detail::pod_vector<moved> ranges_;
  detail::pod_vector<entry> map_;
  std::uint32_t range_epoch_ = 0, foreign_epoch_ = 0, map_epoch_ = 0, empty_epoch_ = 0;
  moved empty_{0, 0, 0, true};
};

}  // namespace v1
}  // namespace weir
