#pragma once

// Writing a batch: rows are collected here and sealed into one host buffer.
//
// Two ways: metric(name).tag(k, v).field(k, v)... for plugins that poll; ids and ready ranges (intern,
// add_tags, add_row, fields) for parsers that have seen a series before.
//
// Ownership  A builder copies every string it is given. It keeps its memory between batches.
// Threads    One thread at a time.
// Errors     None. A row without fields vanishes; a repeated tag or field key keeps the last value.
// Limits     The caller seals before bytes() passes WEIR_BATCH_BYTES_MAX.

#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>

#include <weir/batch.hpp>
#include <weir/hash.hpp>

namespace weir {
inline namespace v1 __attribute__((visibility("hidden"))) {

  // A string known when the plugin is compiled: "load1"_k. Its hash costs nothing at run time.
  struct key {
    std::string_view text;
    std::uint64_t hashed;
    constexpr explicit key(std::string_view s) : text(s), hashed(hash(s)) {}
  };
  inline namespace literals {
  constexpr key operator""_k(const char* s, std::size_t n) { return key({s, n}); }
  }  // namespace literals

  namespace detail {
  [[noreturn]] inline void no_memory() {
#if defined(__cpp_exceptions)
    throw std::bad_alloc();
#else
    std::abort();
#endif
  }

  // A growing array of plain values without initialization. Throws std::bad_alloc.
  template <typename T>
  class pod_vector {
   public:
    pod_vector() = default;
    pod_vector(const pod_vector&) = delete;
    pod_vector& operator=(const pod_vector&) = delete;
    pod_vector(pod_vector&& other) noexcept : data_(other.data_), n_(other.n_), cap_(other.cap_) {
      other.forget();
    }
    pod_vector& operator=(pod_vector&& other) noexcept {
      if (this == &other) return *this;
      std::free(data_);
      data_ = other.data_;
      n_ = other.n_;
      cap_ = other.cap_;
      other.forget();
      return *this;
    }
    ~pod_vector() { std::free(data_); }

    T* data() { return data_; }
    const T* data() const { return data_; }
    std::uint32_t size() const { return n_; }
    T& operator[](std::size_t i) { return data_[i]; }
    const T& operator[](std::size_t i) const { return data_[i]; }
    // Room for count more values behind the last one; they have to be filled.
    T* extend(std::uint32_t count) {
      T* at = spare(count);
      n_ += count;
      return at;
    }
    // The same room, not yet part of the array; what was written into it stays when it grows.
    T* spare(std::uint32_t count) {
      if (n_ + count > cap_) grow(n_ + count);
      return data_ + n_;
    }
    void push(const T& v) { *extend(1) = v; }
    void resize_down(std::uint32_t n) { n_ = n; }
    void clear() { n_ = 0; }
    // Empty, and without memory.
    void give_back() {
      std::free(data_);
      forget();
    }
    std::size_t capacity_bytes() const { return std::size_t{cap_} * sizeof(T); }

   private:
    void grow(std::uint32_t least) {
      const std::uint32_t cap = std::max(least, std::max(cap_ * 2, 16U));
      void* fresh = std::realloc(static_cast<void*>(data_), std::size_t{cap} * sizeof(T));
      if (fresh == nullptr) no_memory();
      data_ = static_cast<T*>(fresh);
      cap_ = cap;
    }
    void forget() {
      data_ = nullptr;
      n_ = cap_ = 0;
    }
    T* data_ = nullptr;
    std::uint32_t n_ = 0, cap_ = 0;
  };

  // memcpy for the few bytes that names, keys and tag values have: no call for up to 32.
  inline void copy_short(char* to, const char* from, std::size_t n) {
    const auto ends = [&](auto part) {
      constexpr std::size_t size = sizeof part;
      auto last = part;
      std::memcpy(&part, from, size);
      std::memcpy(&last, from + n - size, size);
      std::memcpy(to, &part, size);
      std::memcpy(to + n - size, &last, size);
    };
    struct sixteen {
      std::uint64_t lo, hi;
    };
    if (n > 32) {
      std::memcpy(to, from, n);
    } else if (n >= 16) {
      ends(sixteen{});
    } else if (n >= 8) {
      ends(std::uint64_t{});
    } else if (n >= 4) {
      ends(std::uint32_t{});
    } else {
      for (std::size_t i = 0; i < n; ++i) to[i] = from[i];
    }
  }

  constexpr std::uint32_t round8(std::uint32_t n) { return (n + 7U) & ~7U; }
  constexpr std::uint64_t pack_ref(std::uint32_t off, std::size_t len) {
    return off | (std::uint64_t{len} << 32);
  }
  // A value as a field without its key; store(text) puts a string into the blob.
  template <typename T, typename Store>
  weir_field field_of(const T& v, Store&& store) {
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
  // Slack that a fresh block has behind a section of n units, so that processors can edit in place.
  constexpr std::uint32_t slack(std::uint32_t n, std::uint32_t least) { return n / 4 + least; }

  // Section sizes of a block: counts in use and room behind them.
  struct layout {
    std::uint32_t rows, tags, fields, strs, ext, blob;  // capacities; blob in bytes

    std::uint32_t off_tags() const {
      return static_cast<std::uint32_t>(sizeof(weir_batch)) + rows * 32U;
    }
    std::uint32_t off_fields() const { return off_tags() + tags * 8U; }
    std::uint32_t off_strs() const { return off_fields() + fields * 16U; }
    std::uint32_t off_ext() const { return off_strs() + strs * 8U; }
    std::uint32_t off_blob() const { return off_ext() + ext * 16U; }
    std::uint64_t bytes() const { return std::uint64_t{off_blob()} + round8(blob); }
    // Writes offsets into a header; counts are the caller's.
    void write(weir_batch* head) const {
      head->magic = WEIR_BATCH_MAGIC;
      head->hdr_size = sizeof(weir_batch);
      head->version = WEIR_BATCH_VERSION;
      head->off_rows = sizeof(weir_batch);
      head->off_tags = off_tags();
      head->off_fields = off_fields();
      head->off_strs = off_strs();
      head->off_ext = off_ext();
      head->off_blob = off_blob();
    }
  };
  }  // namespace detail

  // String -> id of one table under construction.
  class string_table {
   public:
    string_table() = default;
    string_table(const string_table&) = delete;
    string_table& operator=(const string_table&) = delete;
    ~string_table() { std::free(slots_); }

    // The id of the string, which is added if it is new.
    std::uint32_t intern(std::string_view s) { return intern(s, hash(s)); }
    // The same with hash(s) known.
    std::uint32_t intern(std::string_view s, std::uint64_t hashed) {
      if (strs_.size() * 2 >= n_slots_) rehash();
      std::uint32_t at = static_cast<std::uint32_t>(hashed) & (n_slots_ - 1);
      // NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): rehash set it
      for (; slots_[at].id != WEIR_NO_ID; at = (at + 1) & (n_slots_ - 1)) {
        if (slots_[at].tag == static_cast<std::uint32_t>(hashed >> 32) && str(slots_[at].id) == s) {
          return slots_[at].id;
        }
      }
      slots_[at] = {static_cast<std::uint32_t>(hashed >> 32), strs_.size()};
      places_.push({static_cast<std::uint32_t>(hashed), at});
      return append(s);
    }
    // The string with this id.
    std::string_view str(std::uint32_t id) const {
      return {blob_.data() + strs_[id].off, strs_[id].len};
    }
    // Bytes into the blob, outside the table.
    std::uint64_t store(std::string_view s) {
      const std::uint32_t off = blob_.size();
      if (!s.empty()) {
        detail::copy_short(blob_.extend(static_cast<std::uint32_t>(s.size())), s.data(), s.size());
      }
      return detail::pack_ref(off, s.size());
    }
    std::uint32_t size() const { return strs_.size(); }
    const detail::pod_vector<weir_sref>& strs() const { return strs_; }
    const detail::pod_vector<char>& blob() const { return blob_; }
    // Costs as much as there are strings, however large the table once was.
    void clear() {
      for (std::uint32_t i = 0; i < places_.size(); ++i) slots_[places_[i].slot].id = WEIR_NO_ID;
      strs_.clear();
      places_.clear();
      blob_.clear();
    }

    // Empty, and without memory.
    void give_back() {
      std::free(slots_);
      slots_ = nullptr;
      n_slots_ = 0;
      strs_.give_back();
      places_.give_back();
      blob_.give_back();
    }

   private:
    struct slot {
      std::uint32_t tag, id;
    };
    struct place {
      std::uint32_t hashed, slot;
    };
    std::uint32_t append(std::string_view s) {
      const std::uint64_t ref = store(s);
      strs_.push({static_cast<std::uint32_t>(ref), static_cast<std::uint32_t>(ref >> 32)});
      return strs_.size() - 1;
    }
    void rehash() {
      const std::uint32_t n = n_slots_ == 0 ? 64 : n_slots_ * 2;
      auto* fresh = static_cast<slot*>(std::malloc(std::size_t{n} * sizeof(slot)));
      if (fresh == nullptr) detail::no_memory();
      for (std::uint32_t i = 0; i < n; ++i) fresh[i].id = WEIR_NO_ID;
      for (std::uint32_t i = 0; i < n_slots_; ++i) {
        if (slots_[i].id != WEIR_NO_ID) move_to(fresh, n, slots_[i]);
      }
      std::free(slots_);
      slots_ = fresh;
      n_slots_ = n;
    }
    void move_to(slot* table, std::uint32_t n, slot s) {
      std::uint32_t at = places_[s.id].hashed & (n - 1);
      // NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): rehash set it
      while (table[at].id != WEIR_NO_ID) at = (at + 1) & (n - 1);
      table[at] = s;
      places_[s.id].slot = at;
    }
    slot* slots_ = nullptr;
    std::uint32_t n_slots_ = 0;
    detail::pod_vector<weir_sref> strs_;
    detail::pod_vector<place> places_;
    detail::pod_vector<char> blob_;
  };

  class builder {
   public:
    // Time of rows that do not say their own.
    void set_now(std::int64_t ns) { now_ns_ = ns; }

    // Begins a row; it ends with the next one, or when the batch is sealed.
    builder& metric(std::string_view name) { return begin(strings_.intern(name), now_ns_); }
    builder& metric(std::string_view name, std::int64_t time_ns) {
      return begin(strings_.intern(name), time_ns);
    }
    builder& metric(key name) { return begin(strings_.intern(name.text, name.hashed), now_ns_); }
    builder& metric(key name, std::int64_t time_ns) {
      return begin(strings_.intern(name.text, name.hashed), time_ns);
    }

    // The time of the open row.
    builder& time(std::int64_t ns) { return open_row().time_ns = ns, *this; }
    builder& kind(std::uint8_t k) { return open_row().kind = k, *this; }  // WEIR_COUNTER...

    // Adds a tag to the open row.
    builder& tag(std::string_view k, std::string_view v) {
      return tag_ids(strings_.intern(k), strings_.intern(v));
    }
    // The same with a key that was hashed when the plugin was compiled.
    builder& tag(key k, std::string_view v) {
      return tag_ids(strings_.intern(k.text, k.hashed), strings_.intern(v));
    }

    // Adds a field to the open row: a number, a boolean or text.
    template <typename T>
    builder& field(std::string_view k, const T& v) {
      return field_id(strings_.intern(k), v);
    }
    // The same with a key that was hashed when the plugin was compiled.
    template <typename T>
    builder& field(key k, const T& v) {
      return field_id(strings_.intern(k.text, k.hashed), v);
    }
    // A value of another batch, whatever its type.
    builder& field(std::string_view k, const value& v) {
      switch (v.type()) {
        case WEIR_I64: return field(k, v.i64());
        case WEIR_U64: return field(k, v.u64());
        case WEIR_F64: return field(k, v.f64());
        case WEIR_BOOL: return field(k, v.boolean());
        default: return field(k, v.str());
      }
    }
    // All of a row of another batch.
    builder& copy(const row& r) {
      metric(r.name(), r.time_ns()).kind(r.kind());
      for (const auto& t : r.tags()) tag(t.key, t.value);
      for (const auto& f : r.fields()) field(f.key, f.value);
      return *this;
    }

    // A raw message: session names the file or connection it came from, kind is WEIR_RAW_...
    builder& raw(std::string_view message, std::uint8_t raw_kind, std::uint32_t session = 0,
                 bool last = false) {
      begin(WEIR_NO_ID, now_ns_);
      weir_row& r = open_row();
      r.kind = raw_kind;
      r.ext = session;
      r.flags = last ? WEIR_ROW_LAST : 0;
      weir_field& f = *fields_.extend(1);
      f = weir_field{};
      f.key = WEIR_NO_ID;
      f.type = WEIR_STRING;
      f.v.str = strings_.store(message);
      signal_ = WEIR_SIG_RAW;
      return *this;
    }

    // What the metrics of the open raw row are called, whatever they say; tag() and field() add to them.
    builder& metrics_name(std::string_view name) {
      open_row().name = strings_.intern(name);
      return *this;
    }
    // When they are, whatever they say.
    builder& metrics_time(std::int64_t ns) {
      open_row().flags |= WEIR_ROW_TIME;
      return time(ns);
    }

    // ---- for parsers: ids and ready ranges ----

    // The strings of the batch under construction.
    string_table& strings() { return strings_; }
    // A number for the string ids and tag ranges that are valid now; another one means: all of them are void.
    std::uint32_t generation() const { return generation_; }
    // tags: sorted by key text, keys unique. Returns the range for add_row; rows may share it. Where there are
    // common tags the range has them too, so its length is n_tags_from(the result).
    std::uint32_t add_tags(const weir_tag* tags, std::uint32_t n) {
      finish_row();
      const std::uint32_t at = tags_.size();
      if (n != 0) std::memcpy(static_cast<void*>(tags_.extend(n)), tags, n * sizeof(weir_tag));
      if (common_.n != 0) add_common(at);
      return at;
    }
    // Of the range that was added last.
    std::uint16_t n_tags_from(std::uint32_t tag0) const {
      return static_cast<std::uint16_t>(tags_.size() - tag0);
    }
    // Room for n fields of a row that is still being read: add_row and fields() then take over what was written.
    weir_field* spare_fields(std::uint32_t n) { return fields_.spare(n); }
    // A row whose n_field fields follow by fields(n_field), keys distinct, n_field at least 1.
    void add_row(std::uint32_t name, std::uint32_t tag0, std::uint16_t n_tag, std::uint16_t n_field,
                 std::int64_t ns) {
      finish_row();
      weir_row& r = *rows_.extend(1);
      r = weir_row{};
      r.time_ns = ns;
      r.name = name;
      r.tag0 = tag0;
      r.n_tag = n_tag;
      r.field0 = fields_.size();
      r.n_field = n_field;
    }
    weir_field* fields(std::uint32_t n) { return fields_.extend(n); }

    // Every row from here on gets the tags of this one too; they replace tags of the same key. The block of from
    // has to stay until the rows are sealed or end_common_tags().
    void set_common_tags(const row& from) {
      const weir_tag* first = from.home().tags() + from.raw().tag0;
      const std::uint32_t n = from.raw().n_tag;
      if (n == common_.n && (n == 0 || first == common_.first)) return;
      finish_row();
      common_ = {from.home(), first, n};
      ++generation_;
    }
    void end_common_tags() {
      finish_row();
      if (common_.n != 0) ++generation_;
      common_.n = 0;
    }

    // ---- sealing ----

    // Rows so far.
    std::uint32_t size() {
      finish_row();
      return rows_.size();
    }
    // Is there nothing to seal?
    bool empty() { return size() == 0; }
    // Bytes of the block as it would be sealed now, slack included.
    std::uint64_t bytes() {
      finish_row();
      return plan().bytes();
    }
    // Writes the block into dst (64-aligned, at least bytes() long), forgets the rows. Returns the used bytes.
    std::uint32_t seal(std::uint8_t* dst) {
      finish_row();
      const detail::layout l = plan();
      auto* head = reinterpret_cast<weir_batch*>(dst);
      *head = weir_batch{};
      l.write(head);
      head->signal = signal_;
      head->n_rows = rows_.size();
      head->n_tags = tags_.size();
      head->n_fields = fields_.size();
      head->n_strs = strings_.size();
      head->len_blob = strings_.blob().size();
      head->total = head->off_blob + head->len_blob;
      put(dst + head->off_rows, rows_);
      put(dst + head->off_tags, tags_);
      put(dst + head->off_fields, fields_);
      put(dst + head->off_strs, strings_.strs());
      put(dst + head->off_blob, strings_.blob());
      clear();
      return head->total;
    }
    void clear() {
      rows_.clear();
      tags_.clear();
      fields_.clear();
      strings_.clear();
      ++generation_;
      open_ = false;
      signal_ = WEIR_SIG_METRIC;
    }
    // Gives its memory back when it holds no rows.
    void give_back() {
      if (!empty()) return;
      clear();
      rows_.give_back();
      tags_.give_back();
      fields_.give_back();
      strings_.give_back();
    }
    // Ends the open row, so that cancel_row() can no longer take it back.
    void end_row() { finish_row(); }
    // Takes the row back that was begun last and not ended.
    void cancel_row() {
      if (!open_) return;
      tags_.resize_down(open_row().tag0);
      fields_.resize_down(open_row().field0);
      rows_.resize_down(rows_.size() - 1);
      open_ = false;
    }

   private:
    template <typename T>
    static void put(std::uint8_t* dst, const detail::pod_vector<T>& from) {
      if (from.size() != 0) std::memcpy(dst, from.data(), std::size_t{from.size()} * sizeof(T));
    }
    detail::layout plan() const {
      using detail::slack;
      const std::uint32_t tags = tags_.size();
      const std::uint32_t fields = fields_.size();
      const std::uint32_t strs = strings_.size();
      const std::uint32_t blob = strings_.blob().size();
      if (signal_ == WEIR_SIG_RAW) return {rows_.size(), tags, fields, strs, 0, blob};
      return {rows_.size(),
              tags + slack(tags, 16),
              fields + slack(fields, 8),
              strs + slack(strs, 16),
              0,
              blob + slack(blob, 256)};
    }
    weir_row& open_row() { return rows_[rows_.size() - 1]; }
    builder& begin(std::uint32_t name, std::int64_t ns) {
      finish_row();
      weir_row& r = *rows_.extend(1);
      r = weir_row{};
      r.time_ns = ns;
      r.name = name;
      r.tag0 = tags_.size();
      r.field0 = fields_.size();
      open_ = true;
      return *this;
    }
    builder& tag_ids(std::uint32_t k, std::uint32_t v) { return tags_.push({k, v}), *this; }

    template <typename T>
    builder& field_id(std::uint32_t k, const T& v) {
      weir_field f = detail::field_of(v, [this](std::string_view s) { return strings_.store(s); });
      f.key = k;
      fields_.push(f);
      return *this;
    }

    void finish_row() {
      if (!open_) return;
      weir_row& r = open_row();
      if (signal_ == WEIR_SIG_METRIC) unique_fields(r);
      add_common(r.tag0);
      r.n_field =
          static_cast<std::uint16_t>(std::min<std::uint32_t>(fields_.size() - r.field0, 0xffff));
      if (r.n_field == 0) return cancel_row();
      r.n_tag = static_cast<std::uint16_t>(tags_.size() - r.tag0);
      open_ = false;
    }
    // Appends the common tags to the last tag range and brings it into order.
    void add_common(std::uint32_t tag0) {
      for (std::uint32_t i = 0; i < common_.n; ++i) {
        const weir_tag t = common_.first[i];
        tags_.push(
            {strings_.intern(common_.home.str(t.key)), strings_.intern(common_.home.str(t.val))});
      }
      sort_tags(tag0);
    }
    void sort_tags(std::uint32_t tag0) {
      weir_tag* first = tags_.data() + tag0;
      weir_tag* last = tags_.data() + tags_.size();
      for (weir_tag* t = first; t != last; ++t) insert_sorted(first, t);
      weir_tag* out = first;
      for (weir_tag* t = first; t != last; ++t) {
        if (t + 1 != last && t[1].key == t->key) continue;  // the later value wins
        *out++ = *t;
      }
      tags_.resize_down(static_cast<std::uint32_t>(out - tags_.data()));
    }
    // Insertion sort: stable, and rows have few tags that mostly come in order.
    void insert_sorted(weir_tag* first, weir_tag* at) const {
      const weir_tag t = *at;
      for (; at != first && less(t, at[-1]); --at) *at = at[-1];
      *at = t;
    }
    bool less(weir_tag a, weir_tag b) const {
      return a.key != b.key && strings_.str(a.key) < strings_.str(b.key);
    }

    void unique_fields(const weir_row& r) {
      const std::uint32_t n = fields_.size() - r.field0;
      if (n > few_fields) return unique_many_fields(r.field0);
      for (std::uint32_t i = r.field0; i < fields_.size(); ++i) {  // quadratic is fastest for few
        const std::uint32_t before = find_field(r.field0, i, fields_[i].key);
        if (before == i) continue;
        fields_[before] = fields_[i];
        std::memmove(static_cast<void*>(&fields_[i]), &fields_[i] + 1,
                     (fields_.size() - i - 1) * sizeof(weir_field));
        fields_.resize_down(fields_.size() - 1);
        --i;
      }
    }
    // A document of outside may have any number of keys: each finds its first place by its id.
    __attribute__((noinline)) void unique_many_fields(std::uint32_t from) {
      const std::uint32_t had = seen_.size();
      const std::uint32_t more = strings_.size() > had ? strings_.size() - had : 0;
      for (std::uint32_t i = 0; i < more; ++i) seen_.push({0, 0});
      ++seen_epoch_;
      std::uint32_t out = from;
      for (std::uint32_t i = from; i < fields_.size(); ++i) {
        seen& s = seen_[fields_[i].key];
        if (s.epoch != seen_epoch_) s = {seen_epoch_, out++};
        fields_[s.place] = fields_[i];
      }
      fields_.resize_down(out);
    }
    std::uint32_t find_field(std::uint32_t from, std::uint32_t to, std::uint32_t id) const {
      while (from < to && fields_[from].key != id) ++from;
      return from;
    }

    static constexpr std::uint32_t few_fields = 64;
    detail::pod_vector<weir_row> rows_;
    detail::pod_vector<weir_tag> tags_;
    detail::pod_vector<weir_field> fields_;
    struct seen {
      std::uint64_t epoch;
      std::uint64_t place;
    };
    detail::pod_vector<seen> seen_;  // by key id, of the row with seen_epoch_
    std::uint64_t seen_epoch_ = 0;
    string_table strings_;
    struct common_tags {
      block home;
      const weir_tag* first;
      std::uint32_t n;
    };
    common_tags common_{block(nullptr), nullptr, 0};
    std::uint32_t generation_ = 1;
    std::int64_t now_ns_ = 0;
    std::uint16_t signal_ = WEIR_SIG_METRIC;
    bool open_ = false;
  };

}  // namespace v1
}  // namespace weir
