// Goal: what an editor does to tags and fields by their keys is what a plain model does row by row: for ranges
// that rows share, for rows outside the selection, for blocks without slack.

#include <functional>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include <weir/editor.hpp>
#include <weir/testing/lines.hpp>
#include <weir/validate.hpp>

namespace weir {
namespace {

class heap_buffers final : public buffer_source {
 public:
  weir_buf get(std::uint64_t bytes) override {
    weir_buf b{};
    b.size = sizeof b;
    b.cap = (bytes + 63) / 64 * 64;
    b.data = static_cast<std::uint8_t*>(std::aligned_alloc(64, b.cap));
    return b;
  }
  void put(weir_buf& b) noexcept override { std::free(b.data); }
};

struct model_row {
  std::string name;
  std::map<std::string, std::string> tags;
  std::vector<std::pair<std::string, std::int64_t>> fields;
  std::int64_t time_ns = 0;

  std::string text() const {
    std::string out = name;
    for (const auto& [k, v] : tags) out.append(",").append(k).append("=").append(v);
    char before = ' ';
    for (const auto& [k, v] : fields) {
      out.append({before}).append(k).append("=").append(std::to_string(v)).append("i");
      before = ',';
    }
    return out.append(" ").append(std::to_string(time_ns));
  }
};

// A block whose rows share tag ranges by chance, and whose table holds some strings twice.
class random_block {
 public:
  explicit random_block(std::uint32_t seed) : chance_(seed) {
    builder b;
    const std::uint32_t n = 1 + pick(70);
    for (std::uint32_t r = 0; r < n; ++r) add_row(b, r);
    buf_ = buffers_.get(pick(2) == 0 ? b.bytes() : b.bytes() + 4096);
    b.seal(buf_.data);
    select(n);
  }
  random_block(const random_block&) = delete;
  random_block& operator=(const random_block&) = delete;
  ~random_block() { buffers_.put(buf_); }

  // The editor's answer and the model's for every row that was not dropped.
  void run(const std::function<void(editor&)>& edit, const std::function<bool(model_row&)>& one) {
    {
      editor e(&buf_, mask_.empty() ? nullptr : mask_.data(), row0_, n_, keep_.data(), &buffers_,
               &memory_);
      edit(e);
    }
    ASSERT_EQ(validate(buf_.data, buf_.cap), nullptr);
    const batch after(reinterpret_cast<const weir_batch*>(buf_.data));
    for (const row r : after) compare(r, one);
  }

 private:
  std::uint32_t pick(std::uint32_t n) { return static_cast<std::uint32_t>(chance_() % n); }
  std::string letter(std::uint32_t n) { return std::string(1, static_cast<char>('a' + pick(n))); }
  std::uint32_t string_id(builder& b, const std::string& s) {
    if (pick(8) != 0) return b.strings().intern(s);
    return b.strings().intern(s, ++fake_hash_);  // again, where the table does not find it
  }
  void add_row(builder& b, std::uint32_t r) {
    if (ranges_.empty() || pick(3) == 0) add_range(b);
    const auto& [tag0, tags] =
        ranges_[pick(4) == 0 ? pick(static_cast<std::uint32_t>(ranges_.size()))
                             : static_cast<std::uint32_t>(ranges_.size()) - 1];
    model_row m;
    m.name = letter(3);
    m.tags = tags;
    m.time_ns = r;
    std::map<std::string, std::int64_t> fields;
    for (std::uint32_t i = 0, n = 1 + pick(4); i < n; ++i) fields[letter(6)] = pick(100);
    m.fields.assign(fields.begin(), fields.end());
    b.add_row(string_id(b, m.name), tag0, static_cast<std::uint16_t>(tags.size()),
              static_cast<std::uint16_t>(fields.size()), r);
    weir_field* f = b.fields(static_cast<std::uint32_t>(fields.size()));
    for (const auto& [k, v] : m.fields) {
      *f = weir_field{};
      f->key = string_id(b, k);
      f->type = WEIR_I64;
      f++->v.i = v;
    }
    rows_.push_back(std::move(m));
  }
  void add_range(builder& b) {
    std::map<std::string, std::string> tags;
    const std::uint32_t n = pick(12) == 0 ? 20 : pick(5);
    for (std::uint32_t i = 0; i < n; ++i) tags[n == 20 ? letter(26) : letter(6)] = letter(6);
    std::vector<weir_tag> ids;
    for (const auto& [k, v] : tags) ids.push_back({string_id(b, k), string_id(b, v)});
    ranges_.emplace_back(b.add_tags(ids.data(), static_cast<std::uint32_t>(ids.size())), tags);
  }
  void select(std::uint32_t n) {
    row0_ = pick(3) == 0 ? pick(n) : 0;
    n_ = pick(3) == 0 ? pick(n - row0_) + 1 : n - row0_;
    if (pick(3) == 0) {
      mask_.resize(words(n));
      for (std::uint32_t r = 0; r < n; ++r)
        if (pick(3) != 0) set_bit(mask_.data(), r);
    }
    keep_.assign(words(n_), ~std::uint64_t{0});
    before_ = keep_;
  }
  bool selected(std::uint32_t r) const {
    return r >= row0_ && r < row0_ + n_ && (mask_.empty() || bit(mask_.data(), r)) &&
           bit(before_.data(), r - row0_);
  }
  void compare(const row& r, const std::function<bool(model_row&)>& one) {
    model_row& m = rows_[r.index()];
    if (!selected(r.index())) {
      EXPECT_EQ(weir::testing::print(r), m.text());
      return;
    }
    model_row changed = m;
    const bool stays = one(changed);
    EXPECT_EQ(bit(keep_.data(), r.index() - row0_), stays) << m.text();
    if (!stays) return;
    EXPECT_EQ(weir::testing::print(r), changed.text()) << "from " << m.text();
    m = std::move(changed);
  }

  std::mt19937 chance_;
  std::uint64_t fake_hash_ = 0;
  heap_buffers buffers_;
  editor_memory memory_;
  weir_buf buf_{};
  std::vector<std::pair<std::uint32_t, std::map<std::string, std::string>>> ranges_;
  std::vector<model_row> rows_;
  std::vector<std::uint64_t> mask_, keep_, before_;
  std::uint32_t row0_ = 0, n_ = 0;
};

constexpr std::uint32_t seeds = 200;

void rename_tag(model_row& m, const std::string& from, const std::string& to) {
  const auto at = m.tags.find(from);
  if (at == m.tags.end()) return;
  const std::string v = at->second;
  m.tags.erase(at);
  m.tags[to] = v;
}
void rename_field(model_row& m, const std::string& from, const std::string& to) {
  const auto is = [](const std::string& k) { return [k](const auto& f) { return f.first == k; }; };
  if (std::none_of(m.fields.begin(), m.fields.end(), is(from))) return;
  m.fields.erase(std::remove_if(m.fields.begin(), m.fields.end(), is(to)), m.fields.end());
  std::find_if(m.fields.begin(), m.fields.end(), is(from))->first = to;
}

TEST(Keys, RenamesTags) {
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    random_block(seed).run(
        [](editor& e) {
          e.each_tag_keys([](tag_keys& keys) {
            if (const int i = keys.find("a"); i >= 0)
              keys.rename(static_cast<std::uint32_t>(i), "z");
            if (const int i = keys.find("c"); i >= 0)
              keys.rename(static_cast<std::uint32_t>(i), "d");
          });
        },
        [](model_row& m) { return rename_tag(m, "a", "z"), rename_tag(m, "c", "d"), true; });
  }
}

TEST(Keys, AddsAndRemovesTags) {
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    random_block(seed).run(
        [](editor& e) {
          e.each_tag_keys([](tag_keys& keys) {
            if (const int i = keys.find("b"); i >= 0) keys.remove(static_cast<std::uint32_t>(i));
            keys.set("a", "1");
            keys.set("m", "2");
            keys.set("zz", "1");
          });
        },
        [](model_row& m) {
          m.tags.erase("b");
          m.tags["a"] = "1";
          m.tags["m"] = "2";
          m.tags["zz"] = "1";
          return true;
        });
  }
}

TEST(Keys, AddsWhereThereIsNone) {
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    random_block(seed).run([](editor& e) { e.add_tag("c", "new", false); },
                           [](model_row& m) { return m.tags.emplace("c", "new"), true; });
  }
}

TEST(Keys, MapsTagValues) {
  // b becomes c and c becomes d: a range that is visited twice would show.
  const std::map<std::string, std::string> next{{"b", "c"}, {"c", "d"}};
  const auto to = [&](std::string_view v) -> const std::string* {
    const auto at = next.find(std::string(v));
    return at == next.end() ? nullptr : &at->second;
  };
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    const bool all = seed % 2 == 0;
    random_block(seed).run([&](editor& e) { e.each_tag_value(all ? "" : "b", to); },
                           [&](model_row& m) {
                             for (auto& [k, v] : m.tags)
                               if (const std::string* fresh = all || k == "b" ? to(v) : nullptr)
                                 v = *fresh;
                             return true;
                           });
  }
}

TEST(Keys, RenamesFields) {
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    random_block(seed).run(
        [](editor& e) {
          e.each_field_keys([](field_keys& keys) {
            if (const int i = keys.find("a"); i >= 0)
              keys.rename(static_cast<std::uint32_t>(i), "b");
            if (const int i = keys.find("c"); i >= 0)
              keys.rename(static_cast<std::uint32_t>(i), "zz");
          });
        },
        [](model_row& m) { return rename_field(m, "a", "b"), rename_field(m, "c", "zz"), true; });
  }
}

TEST(Keys, DropsRowsWithoutAField) {
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    random_block(seed).run(
        [](editor& e) {
          e.each_field_keys([](field_keys& keys) {
            for (std::uint32_t i = keys.size(); i-- > 0;)
              if (keys.key(i) < "d") keys.remove(i);
          });
        },
        [](model_row& m) {
          const auto small = [](const auto& f) { return f.first < "d"; };
          m.fields.erase(std::remove_if(m.fields.begin(), m.fields.end(), small), m.fields.end());
          return !m.fields.empty();
        });
  }
}

TEST(Keys, OneMemoryServesManyEditors) {
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    random_block block(seed);
    for (const char* key : {"a", "q", "b"})
      block.run([&](editor& e) { e.add_tag(key, "x", true); },
                [&](model_row& m) { return m.tags[key] = "x", true; });
    const std::string name = "renamed";
    block.run(
        [&](editor& e) {
          e.each_name([&](std::string_view v) { return v == "b" ? &name : nullptr; });
        },
        [&](model_row& m) { return m.name = m.name == "b" ? name : m.name, true; });
  }
}

TEST(KeyShapes, DecidesAgainWhatWasPushedOut) {
  key_shapes<std::uint32_t> shapes;
  shapes.begin();
  std::uint32_t made = 0;
  for (std::uint32_t round = 0; round < 2; ++round)
    for (std::uint32_t i = 0; i < 10 * key_shapes<std::uint32_t>::shapes_max; ++i) {
      const weir_tag tags[] = {{i, 0}, {i + 1, 0}};
      EXPECT_EQ(shapes.of(tags, 2,
                          [&](std::uint32_t& plan, const std::uint32_t* keys, std::uint32_t n) {
                            ++made;
                            plan = keys[0] * n;
                          }),
                2 * i);
    }
  EXPECT_GT(made, 10 * key_shapes<std::uint32_t>::shapes_max);
}

}  // namespace
}  // namespace weir
