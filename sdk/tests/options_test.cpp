#include <gtest/gtest.h>

#include <weir/options.hpp>
#include <weir/testing/config.hpp>

// Goal: what an author declares arrives in the members, written or by default, in every shape; and the kit refuses
// what a host would refuse.

namespace weir {
namespace {

using testing::config;
using testing::failure_of;

struct Inner {
  std::string name;
  std::int64_t count{};
  static constexpr auto options = std::tuple{opt{"name", &Inner::name, "\"inner\"", "A name"},
                                             opt{"count", &Inner::count, "3", "A number"}};
  bool operator==(const Inner& o) const { return name == o.name && count == o.count; }
};

struct All {
  bool flag{};
  int small{};
  std::int64_t large{};
  std::uint64_t natural{};
  std::uint16_t port{};
  double number{};
  std::string text;
  std::string choice;
  duration wait;
  byte_size room;
  secret token;
  any scalar;
  std::vector<std::string> list;
  std::vector<duration> waits;
  map<std::int64_t> counts;
  map<std::vector<std::string>> lists;
  map<any> mixed;
  Inner table;
  std::vector<Inner> tables;
  map<Inner> named;
  std::optional<Inner> maybe;
  std::optional<int> maybe_int;
  std::string untouched = "as constructed";

  static constexpr const char* choices[] = {"red", "green"};
  static constexpr const char* old_names[] = {"txt", nullptr};
  static constexpr auto options =
      std::tuple{opt{"flag", &All::flag, "true", ""},
                 opt{"small", &All::small, "1", ""},
                 opt{"large", &All::large, "-2", ""},
                 opt{"natural", &All::natural, "3", ""},
                 opt{"port", &All::port, "80", ""},
                 opt{"number", &All::number, "1.5", ""},
                 opt{"text", &All::text, "\"default\"", ""}.also(old_names),
                 opt{"choice", &All::choice, "\"red\"", ""}.one_of(choices),
                 opt{"wait", &All::wait, "\"1h30m\"", ""},
                 opt{"room", &All::room, "\"1KiB\"", ""},
                 opt{"token", &All::token, nullptr, ""},
                 opt{"scalar", &All::scalar, "7", ""},
                 opt{"list", &All::list, "['a', 'b']", ""},
                 opt{"waits", &All::waits, "[\"5ms\", 2]", ""},
                 opt{"counts", &All::counts, "{a = 1}", ""},
                 opt{"lists", &All::lists, "{}", ""},
                 opt{"mixed", &All::mixed, "{}", ""},
                 opt{"table", &All::table, nullptr, ""},
                 opt{"tables", &All::tables, "[]", ""},
                 opt{"named", &All::named, "{}", ""},
                 opt{"maybe", &All::maybe, nullptr, ""},
                 opt{"maybe_int", &All::maybe_int, "4", ""},
                 opt{"untouched", &All::untouched, nullptr, ""}};
};

All loaded(std::string_view text) {
  All a;
  const config c(detail::schema<All>::list.data(), text);
  detail::loader(*c.get()).load(a, reinterpret_cast<const weir_value*>(c.get()->base));
  return a;
}

TEST(Options, Defaults) {
  const All a = loaded("");
  EXPECT_TRUE(a.flag);
  EXPECT_EQ(a.small, 1);
  EXPECT_EQ(a.large, -2);
  EXPECT_EQ(a.natural, 3U);
  EXPECT_EQ(a.port, 80);
  EXPECT_EQ(a.number, 1.5);
  EXPECT_EQ(a.text, "default");
  EXPECT_EQ(a.choice, "red");
  EXPECT_EQ(a.wait.ns, 5'400'000'000'000);
  EXPECT_EQ(a.room.bytes, 1024);
  EXPECT_FALSE(a.token.set);
  EXPECT_EQ(a.scalar.integer, 7);
  EXPECT_EQ(a.list, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(a.waits[1].ns, 2'000'000'000);
  EXPECT_EQ(a.counts, (map<std::int64_t>{{"a", 1}}));
  EXPECT_TRUE(a.tables.empty());
  EXPECT_EQ(a.untouched, "as constructed");
}

TEST(Options, TablesThatAreNotWrittenHaveTheirChildrensDefaults) {
  const All a = loaded("");
  EXPECT_EQ(a.table, (Inner{"inner", 3}));
  EXPECT_FALSE(a.maybe.has_value());
  EXPECT_FALSE(a.maybe_int.has_value());
}

TEST(Options, WrittenScalars) {
  const All a = loaded(R"(
    flag = false
    small = 0x10
    large = 9_000_000_000
    port = 65535
    number = 2          # an integer will do
    text = 'C:\raw'
    choice = "green"
    wait = "-1m30s"
    room = "1.5MB"
    token = "hunter2"
    scalar = "words"
    maybe_int = 5
  )");
  EXPECT_FALSE(a.flag);
  EXPECT_EQ(a.small, 16);
  EXPECT_EQ(a.large, 9'000'000'000);
  EXPECT_EQ(a.port, 65535);
  EXPECT_EQ(a.number, 2.0);
  EXPECT_EQ(a.text, "C:\\raw");
  EXPECT_EQ(a.choice, "green");
  EXPECT_EQ(a.wait.ns, -90'000'000'000);
  EXPECT_EQ(a.room.bytes, 1'500'000);
  EXPECT_TRUE(a.token.set);
  EXPECT_EQ(a.token.handle, 1U);
  EXPECT_EQ(a.scalar.text, "words");
  EXPECT_EQ(a.maybe_int, 5);
}

TEST(Options, DurationsAndSizesWithoutUnits) {
  EXPECT_EQ(loaded("wait = 5").wait.ns, 5'000'000'000);
  EXPECT_EQ(loaded("wait = 0.5").wait.ns, 500'000'000);
  EXPECT_EQ(loaded("wait = '1d'").wait.ns, 86'400'000'000'000);
  EXPECT_EQ(loaded("wait = ''").wait.ns, 0);
  EXPECT_EQ(loaded("room = 512").room.bytes, 512);
}

TEST(Options, WrittenShapes) {
  const All a = loaded(R"(
    list = []
    counts = {x = 1, "y z" = 2}
    [lists]
      a = ["1", "2"]
      b = []
    [mixed]
      s = "text"
      i = 1
      f = 0.5
      b = true
    [table]
      count = 9
    [[tables]]
      name = "first"
    [[tables]]
      name = "second"
      count = 2
    [named.one]
      count = 1
    [named.two]
    [maybe]
  )");
  EXPECT_TRUE(a.list.empty());
  EXPECT_EQ(a.counts, (map<std::int64_t>{{"x", 1}, {"y z", 2}}));
  EXPECT_EQ(a.lists, (map<std::vector<std::string>>{{"a", {"1", "2"}}, {"b", {}}}));
  ASSERT_EQ(a.mixed.size(), 4U);
  EXPECT_EQ(a.mixed[0].second.text, "text");
  EXPECT_EQ(a.mixed[1].second.integer, 1);
  EXPECT_EQ(a.mixed[2].second.number, 0.5);
  EXPECT_EQ(a.mixed[3].second.type, WEIR_C_BOOL);
  EXPECT_EQ(a.table, (Inner{"inner", 9}));
  EXPECT_EQ(a.tables, (std::vector<Inner>{{"first", 3}, {"second", 2}}));
  EXPECT_EQ(a.named, (map<Inner>{{"one", {"inner", 1}}, {"two", {"inner", 3}}}));
  EXPECT_EQ(a.maybe, (Inner{"inner", 3}));
}

TEST(Options, OldNamesAreRead) { EXPECT_EQ(loaded("txt = 'old'").text, "old"); }

TEST(Options, SchemaSaysWhatTheTypesSay) {
  const auto find = [](std::string_view name) -> const weir_opt& {
    for (const weir_opt& o : detail::schema<All>::table) {
      if (o.name == name) return o;
    }
    throw std::out_of_range("no such option");
  };
  EXPECT_EQ(find("lists").flags, WEIR_CF_MAP | WEIR_CF_LIST);
  EXPECT_EQ(find("waits").type, WEIR_C_DURATION);
  EXPECT_EQ(find("choice").type, WEIR_C_ENUM);
  EXPECT_EQ(find("tables").n_children, 2U);
  EXPECT_EQ(find("maybe").type, WEIR_C_TABLE);
  EXPECT_STREQ(find("port").range, "0..65535");
  EXPECT_STREQ(find("natural").range, "0..");
  EXPECT_EQ(find("large").range, nullptr);
  EXPECT_EQ(detail::schema<All>::list.back(), nullptr);
}

struct Refused {
  const char* name;
  const char* text;
  const char* path;
};
class RefusesOptions : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusesOptions, WithThePath) {
  const auto f = failure_of([] { loaded(GetParam().text); });
  EXPECT_EQ(f.status, WEIR_E_CONFIG);
  EXPECT_EQ(f.path, GetParam().path) << f.message;
}
INSTANTIATE_TEST_SUITE_P(
    Options, RefusesOptions,
    ::testing::Values(
        Refused{"unknown", "colour = 1", "colour"},
        Refused{"unknown_inside", "[[tables]]\nname = 'a'\nsize = 1", "tables[0].size"},
        Refused{"type", "large = 'text'", "large"},
        Refused{"float_for_int", "large = 1.5", "large"},
        Refused{"enum", "choice = 'blue'", "choice"}, Refused{"port", "port = 65536", "port"},
        Refused{"negative", "natural = -1", "natural"},
        Refused{"small", "small = 3000000000", "small"},
        Refused{"duration", "wait = 'soon'", "wait"},
        Refused{"no_unit_inside", "wait = '1h30'", "wait"},
        Refused{"size", "room = '1 parsec'", "room"}, Refused{"not_a_list", "list = 'a'", "list"},
        Refused{"list_item", "waits = ['x']", "waits[0]"},
        Refused{"not_a_table", "table = 1", "table"},
        Refused{"map_item", "[named.x]\ncount = 'a'", "named.x.count"}),
    [](const auto& test) { return test.param.name; });

TEST(Toml, SaysWhereItIsWrong) {
  for (const char* text : {"a", "a =", "a = [1", "a = 'x", "[a", "a = 1 2", "a = 1\na = 2",
                           "a = {b = 1\n[a]", "a = tru"}) {
    EXPECT_THROW(testing::parse_toml(text), testing::bad_test) << text;
  }
  try {
    testing::parse_toml("a = 1\nb = ?");
  } catch (const testing::bad_test& x) {
    EXPECT_NE(std::string(x.what()).find("2:5"), std::string::npos) << x.what();
  }
}

TEST(Toml, ReadsStringsOfAllForms) {
  const testing::toml t = testing::parse_toml(
      "a = \"tab\\t\\u00e9\\\"\"\nb = 'raw\\t'\nc = \"\"\"\nline\\\n   joined\"\"\"\nd = '''\n'it' "
      "'''\n\"e f\".g = 1");
  EXPECT_EQ(t.find("a")->text, "tab\t\xc3\xa9\"");
  EXPECT_EQ(t.find("b")->text, "raw\\t");
  EXPECT_EQ(t.find("c")->text, "linejoined");
  EXPECT_EQ(t.find("d")->text, "'it' ");
  EXPECT_EQ(t.find("e f")->find("g")->i, 1);
}

}  // namespace
}  // namespace weir
