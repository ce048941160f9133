#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <random>

#include <gtest/gtest.h>

#include <weir/editor.hpp>
#include <weir/testing/lines.hpp>
#include <weir/validate.hpp>

// Goal: an editor does to a block what the same operations do to a plain vector of rows, whatever is shared in the
// block and however little slack it has; rows that are not selected stay as they are; the block is always valid.
// Method: random blocks, selections and operations by seed; after each one both sides are printed and compared.
// One seed alone: WEIR_SEED=7.

namespace weir {
namespace {

using testing::block_memory;
using testing::lines;

// ---- buffers: exact sizes, given back at once, so that the address sanitizer sees every stale view ----

class Buffers final : public buffer_source {
 public:
  weir_buf get(std::uint64_t bytes) override {
    if (fail_in > 0 && --fail_in == 0) throw std::bad_alloc();
    weir_buf b{};
    b.size = sizeof b;
    b.cap = bytes;
    b.data = static_cast<std::uint8_t*>(::operator new(bytes, std::align_val_t{64}));
    std::memset(b.data, 0xA5, bytes);
    ++taken;
    return b;
  }
  void put(weir_buf& b) noexcept override {
    ::operator delete(b.data, std::align_val_t{64});
    b = weir_buf{};
  }
  int fail_in = 0;
  int taken = 0;
};

// ---- the model ----

struct Row {
  std::string name, time = "0", kind = "untyped";
  std::vector<std::pair<std::string, std::string>> tags;    // sorted by key
  std::vector<std::pair<std::string, std::string>> fields;  // values as they are printed
  bool selected = true;

  std::string print() const {
    std::string s = name;
    for (const auto& t : tags) s += "," + t.first + "=" + t.second;
    char before = ' ';
    for (const auto& f : fields) {
      s += before + f.first + "=" + f.second;
      before = ',';
    }
    return s + " " + time + " " + kind;
  }
};
using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs::iterator find(Pairs& in, const std::string& key) {
  return std::find_if(in.begin(), in.end(), [&](const auto& p) { return p.first == key; });
}
void put(Pairs& in, const std::string& key, const std::string& value) {
  const auto at = find(in, key);
  if (at != in.end()) {
    at->second = value;
  } else {
    in.emplace_back(key, value);
  }
}
void erase(Pairs& in, const std::string& key) {
  const auto at = find(in, key);
  if (at != in.end()) in.erase(at);
}
using Rule = std::function<const std::string*(std::string_view)>;

// Each key in turn; one that has the new name already goes.
void rename_all(Pairs& in, const Rule& rule) {
  for (std::size_t i = 0; i < in.size(); ++i) {
    const std::string* to = rule(in[i].first);
    if (to == nullptr || *to == in[i].first) continue;
    const auto there = static_cast<std::size_t>(find(in, *to) - in.begin());
    in[i].first = *to;
    if (there == in.size()) continue;
    in.erase(in.begin() + static_cast<std::ptrdiff_t>(there));
    if (there < i) --i;
  }
}

// ---- one run ----

class Trial {
 public:
  explicit Trial(std::uint64_t seed) : rng_(seed) { make_block(); }
  ~Trial() { buffers_.put(buf_); }
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  void steps(int n) {
    editor e(&buf_, mask_.empty() ? nullptr : mask_.data(), row0_, n_rows_, keep_.data(), &buffers_,
             below(2) == 0 ? nullptr : &kept_);
    for (int i = 0; i < n && !::testing::Test::HasFatalFailure(); ++i) {
      step(e);
      compare(e);
    }
  }
  // The same with buffers that fail now and then: the block stays valid and what is not selected untouched.
  void failing_steps(int n) {
    editor e(&buf_, mask_.empty() ? nullptr : mask_.data(), row0_, n_rows_, keep_.data(),
             &buffers_);
    for (int i = 0; i < n && !::testing::Test::HasFatalFailure(); ++i) {
      buffers_.fail_in = static_cast<int>(below(3)) + 1;
      try {
        step(e);
      } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): a step may fail, not spoil
      }
      check_valid(e);
      check_unselected(e);
    }
    buffers_.fail_in = 0;
  }

 private:
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(rng_() % n); }
  std::string word() {
    static const std::vector<std::string> pool{
        "a", "b", "c", "dd", "ee", "host", "region-of-the-machine", "zz", "kind"};
    return pool[below(static_cast<std::uint32_t>(pool.size()))];
  }
  std::string text() {
    return below(8) == 0 ? "" : "v" + std::to_string(below(6)) + std::string(below(3) * 9, 'x');
  }

  // ---- the block ----

  struct Series {
    Pairs tags;
    std::uint32_t tag0 = 0;
  };
  void make_block() {
    builder b;
    std::vector<Series> series(below(5) + 1);
    for (Series& s : series) make_series(b, s);
    const std::uint32_t n = below(12);
    for (std::uint32_t i = 0; i < n; ++i) {
      make_row(b, series[below(static_cast<std::uint32_t>(series.size()))]);
    }
    const std::uint64_t all = b.bytes();
    buf_ = buffers_.get(all);
    const std::uint32_t used = b.seal(buf_.data);
    double_strings();
    if (below(3) == 0) trim(used);
    select(n);
  }
  void make_series(builder& b, Series& s) {
    for (std::uint32_t i = below(5); i > 0; --i) put(s.tags, word(), text());
    std::sort(s.tags.begin(), s.tags.end());
    std::vector<weir_tag> tags;
    for (const auto& t : s.tags) {
      tags.push_back({b.strings().intern(t.first), b.strings().intern(t.second)});
    }
    s.tag0 = b.add_tags(tags.data(), static_cast<std::uint32_t>(tags.size()));
  }
  void make_row(builder& b, const Series& s) {
    Row m;
    m.name = word();
    m.tags = s.tags;
    m.time = std::to_string(below(100));
    for (std::uint32_t i = below(4) + 1; i > 0; --i) put(m.fields, word(), "");
    b.add_row(b.strings().intern(m.name), s.tag0, static_cast<std::uint16_t>(s.tags.size()),
              static_cast<std::uint16_t>(m.fields.size()), std::stoll(m.time));
    for (auto& f : m.fields) {
      weir_field made{};
      f.second = random_value([&](auto v) { made = store(b, v); });
      made.key = b.strings().intern(f.first);
      *b.fields(1) = made;
    }
    model_.push_back(m);
  }
  template <typename T>
  static weir_field store(builder& b, const T& v) {
    weir_field f{};
    if constexpr (std::is_same_v<T, bool>) {
      f.type = WEIR_BOOL, f.v.u = v ? 1 : 0;
    } else if constexpr (std::is_same_v<T, double>) {
      f.type = WEIR_F64, f.v.f = v;
    } else if constexpr (std::is_same_v<T, std::uint64_t>) {
      f.type = WEIR_U64, f.v.u = v;
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
      f.type = WEIR_I64, f.v.i = v;
    } else {
      f.type = WEIR_STRING, f.v.str = b.strings().store(v);
    }
    return f;
  }
  // use(value) with a value of a random type; returns it as it is printed.
  template <typename F>
  std::string random_value(F&& use) {
    const std::uint32_t n = below(100);
    switch (below(5)) {
      case 0: use(std::int64_t{n}); return std::to_string(n) + "i";
      case 1: use(std::uint64_t{n}); return std::to_string(n) + "u";
      case 2: use(n + 0.5); return std::to_string(n) + ".5";
      case 3: use(n % 2 == 0); return n % 2 == 0 ? "t" : "f";
      default: break;
    }
    const std::string s = text();
    use(std::string_view(s));
    return '"' + s + '"';
  }
  // The table may hold a string twice: some references go to a second entry.
  void double_strings() {
    weir_batch& h = head();
    if (h.n_strs == 0) return;
    auto* strs = section<weir_sref>(h.off_strs);
    for (int i = 0; i < 4; ++i) {
      const std::uint32_t id = below(h.n_strs);
      const std::uint32_t twin = h.n_strs;
      strs[h.n_strs++] = strs[id];
      const auto move = [&](std::uint32_t& ref) { ref = ref == id && below(2) == 0 ? twin : ref; };
      for (std::uint32_t r = 0; r < h.n_rows; ++r) move(section<weir_row>(h.off_rows)[r].name);
      for (std::uint32_t t = 0; t < h.n_tags; ++t) {
        move(section<weir_tag>(h.off_tags)[t].key), move(section<weir_tag>(h.off_tags)[t].val);
      }
      for (std::uint32_t f = 0; f < h.n_fields; ++f) move(section<weir_field>(h.off_fields)[f].key);
    }
  }
  void trim(std::uint32_t used) {
    weir_buf small = buffers_.get(used);
    std::memcpy(small.data, buf_.data, used);
    std::swap(small, buf_);
    buffers_.put(small);
  }
  void select(std::uint32_t n) {
    row0_ = below(3) == 0 ? below(n + 1) : 0;
    n_rows_ = below(3) == 0 ? below(n - row0_ + 1) : n - row0_;
    keep_.assign(words(n_rows_) + 1, ~std::uint64_t{0});
    if (below(2) == 0) {
      mask_.assign(words(n) + 1, 0);
      for (std::uint32_t r = 0; r < n; ++r) {
        if (below(3) != 0) set_bit(mask_.data(), r);
      }
    }
    for (std::uint32_t r = 0; r < n; ++r) {
      model_[r].selected =
          r >= row0_ && r < row0_ + n_rows_ && (mask_.empty() || bit(mask_.data(), r));
    }
    for (const Row& m : model_) {
      before_.push_back(m.print());
      offered_.push_back(m.selected);
    }
  }

  weir_batch& head() { return *reinterpret_cast<weir_batch*>(buf_.data); }
  template <typename T>
  T* section(std::uint32_t off) {
    return reinterpret_cast<T*>(buf_.data + off);
  }

  // ---- checks ----

  static lines printed(const editor& e) { return testing::print(batch(&e.head()), {true, true}); }
  void check_valid(const editor& e) {
    const char* wrong = validate(buf_.data, buf_.cap);
    ASSERT_EQ(wrong, nullptr) << wrong;
    (void)e;
  }
  void check_unselected(const editor& e) {
    const lines now = printed(e);
    for (std::size_t r = 0; r < before_.size(); ++r) {
      if (!offered_[r]) {
        ASSERT_EQ(now[r], before_[r]) << what_;
      }
    }
  }
  void compare(const editor& e) {
    const char* wrong = validate(buf_.data, buf_.cap);
    ASSERT_EQ(wrong, nullptr) << wrong << " after " << what_;
    lines expected;
    for (const Row& m : model_) expected.push_back(m.print());
    ASSERT_EQ(printed(e), expected) << "after " << what_;
    for (std::uint32_t r = row0_; r < row0_ + n_rows_; ++r) {
      ASSERT_EQ(e.selected(r), model_[r].selected) << what_;
    }
  }

  // ---- operations ----

  // Where an operation failed the model knows no more than which rows there may be.
  std::vector<std::uint32_t> selected_rows(const editor& e) const {
    std::vector<std::uint32_t> rows;
    for (std::uint32_t r = 0; r < model_.size() && r < e.head().n_rows; ++r) {
      if (model_[r].selected) rows.push_back(r);
    }
    return rows;
  }
  void step(editor& e) {
    const std::vector<std::uint32_t> rows = selected_rows(e);
    if (rows.empty() || below(4) == 0) return all_rows(e);
    const std::uint32_t r = rows[below(static_cast<std::uint32_t>(rows.size()))];
    if (below(3) != 0) return one_row(e, r);
    if (below(2) == 0) return drop(e, r);
    append(e, rows[below(static_cast<std::uint32_t>(rows.size()))]);
  }
  void one_row(editor& e, std::uint32_t r) {
    switch (below(8)) {
      case 0: return set_name(e, r);
      case 1: return set_time(e, r);
      case 2:
      case 3: return set_field(e, r);
      case 4: return remove_field(e, r);
      case 5:
      case 6: return set_tag(e, r);
      default: return remove_tag(e, r);
    }
  }
  void all_rows(editor& e) {
    switch (below(8)) {
      case 0: return rename_names(e);
      case 1: return rename_fields(e);
      case 2: return rename_tags(e);
      case 3: return map_values(e);
      case 4: return add_tag(e);
      case 5: return edit_ranges(e);
      case 6: return edit_tag_keys(e);
      default: return edit_field_keys(e);
    }
  }

  // A view of a random text of the block itself, or of the word: arguments may alias.
  std::string_view alias(const editor& e, const std::string& s) {
    if (below(2) == 0) return s;
    for (std::uint32_t i = 0; i < e.head().n_strs; ++i) {
      if (e.str(i) == s) return e.str(i);
    }
    return s;
  }
  void set_name(editor& e, std::uint32_t r) {
    const std::string w = word();
    what_ = "set_name " + std::to_string(r) + " " + w;
    e.set_name(r, alias(e, w));
    model_[r].name = w;
  }
  void set_time(editor& e, std::uint32_t r) {
    what_ = "set_time " + std::to_string(r);
    model_[r].time = "-77";
    model_[r].kind = "gauge";
    e.set_time(r, -77);
    e.set_kind(r, WEIR_GAUGE);
  }
  void set_field(editor& e, std::uint32_t r) {
    const std::string k = word();
    what_ = "set_field " + std::to_string(r) + " " + k;
    const std::string v = random_value([&](auto value) {
      if constexpr (std::is_same_v<decltype(value), std::string_view>) {
        e.set_field(r, alias(e, k), alias(e, std::string(value)));
      } else {
        e.set_field(r, alias(e, k), value);
      }
    });
    put(model_[r].fields, k, v);
  }
  void remove_field(editor& e, std::uint32_t r) {
    const auto n = static_cast<std::uint32_t>(e.at(r).fields().size());
    const std::uint32_t i = below(n);
    what_ = "remove_field " + std::to_string(r) + " " + std::to_string(i);
    e.remove_field(r, i);
    e.finish();
    if (n == 1) return forget(r);
    if (model_[r].fields.size() == n) model_[r].fields.erase(model_[r].fields.begin() + i);
  }
  void set_tag(editor& e, std::uint32_t r) {
    const std::string k = word();
    const std::string v = text();
    what_ = "set_tag " + std::to_string(r) + " " + k + "=" + v;
    e.set_tag(r, alias(e, k), alias(e, v));
    put(model_[r].tags, k, v);
    std::sort(model_[r].tags.begin(), model_[r].tags.end());
  }
  void remove_tag(editor& e, std::uint32_t r) {
    const std::string k = word();
    what_ = "remove_tag " + std::to_string(r) + " " + k;
    e.remove_tag(r, alias(e, k));
    erase(model_[r].tags, k);
  }
  void drop(editor& e, std::uint32_t r) {
    what_ = "drop " + std::to_string(r);
    e.drop(r);
    forget(r);
  }
  void forget(std::size_t r) {
    if (r < before_.size()) {
      model_[r].selected = false;
    } else {
      model_.erase(model_.begin() +
                   static_cast<std::ptrdiff_t>(r));  // an appended one is taken out
    }
  }
  void append(editor& e, std::uint32_t r) {
    if (below(2) == 0) {
      what_ = "append_copy of row " + std::to_string(r);
      Row copy = model_[r];
      copy.selected = true;
      e.append_copy(e.at(r));
      model_.push_back(copy);
    } else {
      what_ = "append_copy of another block's row";
      const block_memory other =
          testing::make_batch({"other,a=1,host=me f=1i,s=\"text\" 5 counter"}, 0);
      e.append_copy(*batch(other.head()).begin());
      model_.push_back({"other",
                        "5",
                        "counter",
                        {{"a", "1"}, {"host", "me"}},
                        {{"f", "1i"}, {"s", "\"text\""}},
                        true});
    }
  }

  // A random map of strings to strings that returns the same answer for the same question.
  Rule rule() {
    auto answers = std::make_shared<std::map<std::string, std::string>>();
    for (std::uint32_t i = below(3) + 1; i > 0; --i) (*answers)[word()] = word();
    for (std::uint32_t i = below(3); i > 0; --i) (*answers)[text()] = text() + "'";
    what_ += " by";
    for (const auto& a : *answers) what_ += " " + a.first + "->" + a.second;
    return [answers](std::string_view s) -> const std::string* {
      const auto at = answers->find(std::string(s));
      return at == answers->end() ? nullptr : &at->second;
    };
  }
  template <typename F>
  void each_selected(F&& f) {
    for (Row& m : model_) {
      if (m.selected) f(m);
    }
  }
  void rename_names(editor& e) {
    what_ = "each_name";
    const Rule by = rule();
    e.each_name(by);
    each_selected([&](Row& m) {
      if (const std::string* to = by(m.name)) m.name = *to;
    });
  }
  void rename_fields(editor& e) {
    what_ = "each_field_key";
    const Rule by = rule();
    e.each_field_key(by);
    each_selected([&](Row& m) { rename_all(m.fields, by); });
  }
  void rename_tags(editor& e) {
    what_ = "each_tag_key";
    const Rule by = rule();
    e.each_tag_key(by);
    each_selected([&](Row& m) {
      rename_all(m.tags, by);
      std::sort(m.tags.begin(), m.tags.end());
    });
  }
  void map_values(editor& e) {
    const std::string k = below(3) == 0 ? "" : word();
    what_ = "each_tag_value of " + k;
    const Rule by = rule();
    e.each_tag_value(alias(e, k), by);
    each_selected([&](Row& m) {
      for (auto& t : m.tags) {
        const std::string* const to = k.empty() || t.first == k ? by(t.second) : nullptr;
        if (to != nullptr) t.second = *to;
      }
    });
  }
  void add_tag(editor& e) {
    const std::string k = word();
    const std::string v = text();
    const bool over = below(2) == 0;
    what_ = "add_tag " + k + "=" + v + (over ? " over" : "");
    e.add_tag(alias(e, k), alias(e, v), over);
    each_selected([&](Row& m) {
      if (over || find(m.tags, k) == m.tags.end()) put(m.tags, k, v);
      std::sort(m.tags.begin(), m.tags.end());
    });
  }
  // Turns tags of one key around the others: removed from ranges that have it, added to those that do not.
  void edit_ranges(editor& e) {
    const std::string k = word();
    const std::string v = text();
    what_ = "each_tag_range " + k;
    const std::uint32_t key = e.intern(k);
    const std::uint32_t value = e.intern(v);
    e.each_tag_range([&](auto& tags) {
      std::uint32_t out = 0;
      const std::uint32_t had = tags.size();
      for (std::uint32_t i = 0; i < had; ++i) {
        if (e.str(tags[i].key) != k) tags[out++] = tags[i];
      }
      tags.resize_down(out);
      if (out == had) tags.push({key, value});
      return true;
    });
    each_selected([&](Row& m) {
      const bool had = find(m.tags, k) != m.tags.end();
      if (had) {
        erase(m.tags, k);
      } else {
        put(m.tags, k, v);
      }
      std::sort(m.tags.begin(), m.tags.end());
    });
  }
  void edit_tag_keys(editor& e) {
    const std::string gone = word();
    const std::string set = word();
    what_ = "each_tag_keys without " + gone + " with " + set;
    e.each_tag_keys([&](tag_keys& keys) {
      const int at = keys.find(gone);
      if (at >= 0) keys.remove(static_cast<std::uint32_t>(at));
      if (gone != set) keys.set(set, "set");
    });
    each_selected([&](Row& m) {
      erase(m.tags, gone);
      if (gone != set) put(m.tags, set, "set");
      std::sort(m.tags.begin(), m.tags.end());
    });
  }
  void edit_field_keys(editor& e) {
    const std::string gone = word();
    what_ = "each_field_keys without " + gone;
    e.each_field_keys([&](field_keys& keys) {
      const int at = keys.find(gone);
      if (at >= 0) keys.remove(static_cast<std::uint32_t>(at));
    });
    for (std::size_t r = model_.size(); r-- > 0;) {
      Row& m = model_[r];
      if (!m.selected || find(m.fields, gone) == m.fields.end()) continue;
      if (m.fields.size() > 1) {
        erase(m.fields, gone);
      } else {
        forget(r);
      }
    }
  }

  std::mt19937_64 rng_;
  Buffers buffers_;
  editor_memory kept_;
  weir_buf buf_{};
  std::vector<std::uint64_t> mask_, keep_;
  std::uint32_t row0_ = 0, n_rows_ = 0;
  std::vector<Row> model_;
  lines before_;               // the rows that the block came with
  std::vector<bool> offered_;  // which of them are selected at first
  std::string what_ = "nothing";
};

std::uint64_t first_seed() {
  const char* only = std::getenv("WEIR_SEED");
  return only == nullptr ? 1 : std::stoull(only);
}
std::uint64_t last_seed(std::uint64_t many) {
  return std::getenv("WEIR_SEED") == nullptr ? many : first_seed();
}

TEST(Editor, DoesWhatTheModelDoes) {
  for (std::uint64_t seed = first_seed(); seed <= last_seed(4000) && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
    Trial(seed).steps(12);
  }
}

TEST(Editor, LeavesAValidBlockWhenThereIsNoMemory) {
  for (std::uint64_t seed = first_seed(); seed <= last_seed(2000) && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
    Trial(seed).failing_steps(12);
  }
}

// ---- what it costs ----

// A block with room, and an editor over all of it.
struct Open {
  explicit Open(const lines& rows) {
    const block_memory m = testing::make_batch(rows, 0);
    buf = buffers.get(m.size());
    std::memcpy(buf.data, m.data(), m.size());
    const auto n = reinterpret_cast<const weir_batch*>(m.data())->n_rows;
    keep.assign(words(n) + 1, ~std::uint64_t{0});
    edit = std::make_unique<editor>(&buf, nullptr, 0, n, keep.data(), &buffers);
    buffers.taken = 0;
  }
  ~Open() { buffers.put(buf); }
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;

  Buffers buffers;
  weir_buf buf{};
  std::vector<std::uint64_t> keep;
  std::unique_ptr<editor> edit;
};

lines many_rows(int n) {
  lines rows;
  for (int i = 0; i < n; ++i) {
    rows.push_back("m" + std::to_string(i % 3) + ",t=v" + std::to_string(i % 5) + " f=1i,g=2i 1");
  }
  return rows;
}

TEST(Editor, DecidesOncePerDistinctString) {
  Open o(many_rows(1000));
  int names = 0;
  int values = 0;
  int keys = 0;
  o.edit->each_name([&](std::string_view) { return ++names, nullptr; });
  o.edit->each_tag_value("t", [&](std::string_view) { return ++values, nullptr; });
  o.edit->each_field_key([&](std::string_view) { return ++keys, nullptr; });
  EXPECT_EQ(names, 3);
  EXPECT_EQ(values, 5);
  EXPECT_EQ(keys, 2);
  EXPECT_FALSE(o.edit->changed());
}

TEST(Editor, AppendingManyRowsMovesTheBlockSeldom) {
  Open o({"m,t=v f=1i 1"});
  for (int i = 0; i < 20000; ++i) o.edit->append_copy(o.edit->at(0));
  EXPECT_EQ(o.edit->head().n_rows, 20001U);
  EXPECT_EQ(o.edit->head().n_tags, 1U);
  EXPECT_LT(o.buffers.taken, 60);
}

TEST(Editor, SeveralTagsOfOneRowNeedOneRange) {
  Open o(many_rows(100));
  const std::uint32_t before = o.edit->head().n_tags;
  for (std::uint32_t r = 0; r < 100; ++r) {
    for (const char* k : {"a", "b", "c", "d"}) o.edit->set_tag(r, k, "x");
  }
  EXPECT_EQ(o.edit->head().n_tags, before + 500);
}

TEST(Editor, RowsWithoutFieldsAreDroppedInTheEnd) {
  Open o({"m a=1i 1", "n a=1i,b=2i 2"});
  o.edit->each_row([&](std::uint32_t r) { o.edit->remove_field(r, 0); });
  EXPECT_EQ(o.edit->finish(), WEIR_FILTER);
  EXPECT_FALSE(o.edit->selected(0));
  EXPECT_EQ(validate(o.buf.data, o.buf.cap), nullptr);
  EXPECT_EQ(testing::print(o.edit->at(1)), "n b=2i 2");
}

TEST(Editor, ALastFieldMayBeReplaced) {
  Open o({"m a=1i 1"});
  o.edit->remove_field(0, 0);
  o.edit->set_field(0, "b", 2.5);
  EXPECT_EQ(o.edit->finish(), WEIR_OK);
  EXPECT_EQ(testing::print(o.edit->at(0)), "m b=2.5 1");
}

TEST(Editor, KeepsExtensionsWhenTheBlockMoves) {
  Open o({"m a=1i 1"});
  auto& h = *reinterpret_cast<weir_batch*>(o.buf.data);
  ASSERT_GE((h.off_blob - h.off_ext) + (h.off_ext - h.off_strs) - h.n_strs * sizeof(weir_sref),
            sizeof(weir_ext));
  h.off_ext =
      h.off_blob - static_cast<std::uint32_t>(sizeof(weir_ext));  // out of the strings' slack
  h.n_ext = 1;
  *reinterpret_cast<weir_ext*>(o.buf.data + h.off_ext) = {WEIR_X_SOURCE, 0, 1, 7};
  for (int i = 0; i < 100; ++i) {
    o.edit->set_field(0, "field" + std::to_string(i), std::string(50, 'x'));
  }
  EXPECT_GT(o.buffers.taken, 0);
  const weir_batch& moved = o.edit->head();
  EXPECT_EQ(moved.n_ext, 1U);
  EXPECT_EQ(reinterpret_cast<const weir_ext*>(o.buf.data + moved.off_ext)->rsv, 7U);
  EXPECT_EQ(validate(o.buf.data, o.buf.cap), nullptr);
}

}  // namespace
}  // namespace weir
