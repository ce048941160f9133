#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

// Goal: the kit drives each kind through the C tables as a host would, and is loud about broken rules.

namespace weir::kit_test {
namespace {

using testing::descriptor;
using testing::failure_of;
using testing::lines;

struct Load {
  static constexpr info meta{"load", "1", "test input"};
  double scale{};
  std::vector<std::string> names;
  static constexpr auto options = std::tuple{opt{"scale", &Load::scale, "1.5", "Multiplies"},
                                             opt{"names", &Load::names, "['a']", "What to read"}};
  void gather(sink& out) {
    for (const auto& n : names) out.metric("load").tag("name", n).field("v", scale * 2);
  }
};

TEST(Kit, GathersWithDefaults) {
  testing::plugin p(descriptor<Load>());
  EXPECT_EQ(p.gather(), (lines{"load,name=a v=3 1000000000000000000"}));
}

TEST(Kit, GathersWithWrittenOptions) {
  testing::plugin p(descriptor<Load>(), "scale = 2\nnames = ['x', \"y\"]");
  p.format().time = false;
  EXPECT_EQ(p.gather(), (lines{"load,name=x v=4", "load,name=y v=4"}));
}

TEST(Kit, RefusesUnknownOptions) {
  const auto f = failure_of([] { testing::plugin p(descriptor<Load>(), "scales = 2"); });
  EXPECT_EQ(f.status, WEIR_E_CONFIG);
  EXPECT_EQ(f.path, "scales");
}

struct Rename {
  static constexpr info meta{"rename", "1", "test processor"};
  void edit(editor& e) {
    static const std::string to = "renamed";
    e.each_name([](std::string_view n) { return n == "m" ? &to : nullptr; });
  }
};

TEST(Kit, EditsSelectedRows) {
  testing::plugin p(descriptor<Rename>());
  EXPECT_EQ(p.process({"m a=1i 1", "m a=2u 2", "n,t=x a=t 3"}, {"101"}),
            (lines{"renamed a=1i 1", "m a=2u 2", "n,t=x a=t 3"}));
}

struct Sum {
  static constexpr info meta{"sum", "1", "test aggregator"};
  double total = 0;
  void add(row r) { total += r.fields()[0].value.number(); }
  void push(sink& out) { out.metric("sum").field("total", total); }
  void reset() { total = 0; }
};

TEST(Kit, AggregatesWindows) {
  testing::plugin p(descriptor<Sum>());
  p.aggregate({"m a=1i", "m a=2u", "m a=0.5"});
  EXPECT_EQ(p.push(), (lines{"sum total=3.5 1000000000000000000"}));
  EXPECT_EQ(p.push(), (lines{"sum total=0 1000000000000000000"}));
}

struct Keep {
  static constexpr info meta{"keep", "1", "test output", WEIR_WANTS_BYTES};
  static inline std::string got;
  void write(const delivery& d) {
    for (const row r : d) got += d.bytes_of(r.index());
  }
};

TEST(Kit, WritesBytes) {
  Keep::got.clear();
  testing::plugin p(descriptor<Keep>());
  EXPECT_EQ(p.write({"m a=1i 1", "m a=2i 2", "m a=3i 3"}, {"110", 1}), WEIR_OK);
  EXPECT_EQ(Keep::got, "m a=2i 2\n");
}

struct Words {
  static constexpr info meta{"words", "1", "test parser", WEIR_CUTS_STREAM};
  std::size_t parse(const message& m, sink& out) {
    std::string_view rest = m.text;
    for (std::size_t n = rest.find(' '); n != std::string_view::npos; n = rest.find(' ')) {
      out.metric("w").field("text", rest.substr(0, n));
      rest.remove_prefix(n + 1);
    }
    if (m.last && !rest.empty()) out.metric("w").field("text", rest), rest = {};
    return m.text.size() - rest.size();
  }
};

TEST(Kit, ParsesStreamsCutAnywhere) {
  testing::plugin p(descriptor<Words>());
  p.format().time = false;
  EXPECT_EQ(p.parse_split("one two three"),
            (lines{R"(w text="one")", R"(w text="two")", R"(w text="three")"}));
  EXPECT_EQ(p.parse_stream("a b c", 1).size(), 3U);
}

struct NoX {
  static constexpr info meta{"no_x", "1", "test processor that sees a batch at once"};
  void keep(const batch& rows, kept_rows& kept) {
    for (const row r : rows) {
      if (r.name() == "x") kept.drop(r.index());
    }
  }
};

TEST(Kit, KeepsRowsOfABatch) {
  testing::plugin p(descriptor<NoX>());
  p.format().time = false;
  EXPECT_EQ(p.process({"x a=1i", "y a=1i", "x b=1i"}, {"011", 1}), (lines{"x a=1i", "y a=1i"}));
}

struct Rows {
  static constexpr info meta{"rows", "1", "test aggregator that sees a batch at once"};
  std::uint32_t seen = 0;
  void add(const batch& rows) { seen += rows.size(); }
  void push(sink& out) { out.metric("rows"_k).field("seen"_k, seen); }
  void reset() { seen = 0; }
};

TEST(Kit, AddsBatches) {
  testing::plugin p(descriptor<Rows>());
  p.format().time = false;
  p.aggregate({"x a=1i", "y a=1i", "x b=1i"}, {"011"});
  EXPECT_EQ(p.push(), (lines{"rows seen=2u"}));
}

struct Names {
  static constexpr info meta{"names", "1", "test serializer"};
  void serialize(const row& r, text& out) {
    out.append(r.name());
    out.push(';');
  }
};

TEST(Kit, SerializesRowsAndDocuments) {
  testing::plugin p(descriptor<Names>());
  EXPECT_EQ(p.serialize({"alpha a=1i", "beta a=1i"}), (lines{"alpha;", "beta;"}));
  EXPECT_EQ(p.serialize_document({"alpha a=1i", "beta a=1i"}), "alpha;beta;");
}

}  // namespace
}  // namespace weir::kit_test
