#include "core/config/schema.hpp"

#include <gtest/gtest.h>

#include "core/config/test_catalog.hpp"

namespace weir::config {
namespace {

constexpr std::int64_t second = 1'000'000'000;

struct Loaded {
  Probe probe;
  std::string said;
  std::vector<std::string> secrets;
  std::map<std::string, Place> places;
};

// Through the whole front end and back by the SDK's own reader.
Loaded load_probe(const std::string& lines, const LoadOptions* options = nullptr) {
  LoadResult result = load_text("[[inputs.probe]]\n" + lines, options);
  Loaded loaded{{}, brief(result.diagnostics), {}, {}};
  if (!result.settings) return loaded;
  const InputSettings& input = result.settings->inputs.at(0);
  const weir_conf conf = input.options.conf();
  EXPECT_EQ(conf.n, std::tuple_size_v<std::decay_t<decltype(Probe::options)>>);
  weir::detail::loader(conf).load(loaded.probe, reinterpret_cast<const weir_value*>(conf.base));
  loaded.secrets = input.options.secrets;
  loaded.places = input.option_places;
  return loaded;
}

TEST(Schema, GivesDefaults) {
  const Loaded got = load_probe("");
  EXPECT_EQ(got.said, "");
  EXPECT_EQ(got.probe.text, "usual");
  EXPECT_EQ(got.probe.count, 3);
  EXPECT_EQ(got.probe.ratio, 0.5);
  EXPECT_TRUE(got.probe.on);
  EXPECT_EQ(got.probe.timeout.ns, 5 * second);
  EXPECT_EQ(got.probe.limit.bytes, 1 << 20);
  EXPECT_FALSE(got.probe.password.set);
  EXPECT_EQ(got.secrets.at(got.probe.password.handle), "");
  EXPECT_EQ(got.probe.mode, "fast");
  EXPECT_EQ(got.probe.server.host, "localhost");
  EXPECT_EQ(got.probe.server.port, 80);
  EXPECT_TRUE(got.probe.rules.empty());
  EXPECT_TRUE(got.probe.headers.empty());
  EXPECT_EQ(got.probe.quantiles, std::vector<double>{0.5});
  EXPECT_FALSE(got.probe.maybe.has_value());
  EXPECT_TRUE(got.places.empty());
}

TEST(Schema, GivesWhatIsWritten) {
  const Loaded got = load_probe(R"(text = "t\u00fc\u0000x"
count = 10
ratio = 1
on = false
timeout = 2
limit = "2KB"
password = 12
mode = "slow"
headers = {B = "1", a = "2"}
quantiles = [0.1, 1]
maybe = false
[inputs.probe.server]
  port = 8080
[[inputs.probe.rules]]
  pattern = "a.*"
  fields = ["f", ["g h", "it's"]]
  [inputs.probe.rules.values]
    one = 1
    half = 0.5
    yes = true
    word = "w"
[[inputs.probe.rules]]
  pattern = "b"
[inputs.probe.groups]
  g = ["x", "y"]
)");
  EXPECT_EQ(got.said, "");
  EXPECT_EQ(got.probe.text, std::string("t\xc3\xbc\0x", 5));
  EXPECT_EQ(got.probe.count, 10);
  EXPECT_EQ(got.probe.ratio, 1);
  EXPECT_FALSE(got.probe.on);
  EXPECT_EQ(got.probe.timeout.ns, 2 * second);
  EXPECT_EQ(got.probe.limit.bytes, 2000);
  EXPECT_TRUE(got.probe.password.set);
  EXPECT_EQ(got.secrets.at(got.probe.password.handle), "12");
  EXPECT_EQ(got.probe.mode, "slow");
  EXPECT_EQ(got.probe.headers, (weir::map<std::string>{{"B", "1"}, {"a", "2"}}));
  EXPECT_EQ(got.probe.quantiles, (std::vector<double>{0.1, 1}));
  EXPECT_EQ(got.probe.maybe, false);
  EXPECT_EQ(got.probe.server.host, "localhost");
  EXPECT_EQ(got.probe.server.port, 8080);
  ASSERT_EQ(got.probe.rules.size(), 2U);
  EXPECT_EQ(got.probe.rules[0].fields, (std::vector<std::string>{"f", R"('g h' 'it'\''s')"}));
  ASSERT_EQ(got.probe.rules[0].values.size(), 4U);
  EXPECT_EQ(got.probe.rules[0].values[0].second.integer, 1);
  EXPECT_EQ(got.probe.rules[0].values[1].second.number, 0.5);
  EXPECT_EQ(got.probe.rules[0].values[2].second.type, WEIR_C_BOOL);
  EXPECT_EQ(got.probe.rules[0].values[3].second.text, "w");
  EXPECT_EQ(got.probe.rules[1].pattern, "b");
  EXPECT_EQ(got.probe.groups, (weir::map<std::vector<std::string>>{{"g", {"x", "y"}}}));
}

TEST(Schema, KnowsPlaces) {
  const Loaded got = load_probe("text = \"a\"\nrules = [{pattern = \"p\"}, {pattern = \"q\"}]\n");
  const auto at = [&got](const char* path) {
    return got.places.count(path) == 0 ? Place{} : got.places.at(path);
  };
  EXPECT_EQ(at("text").line, 2U);
  EXPECT_EQ(at("text").column, 8U);
  EXPECT_EQ(at("rules[1].pattern").line, 3U);
  EXPECT_EQ(at("rules[1].pattern").column, 38U);
  EXPECT_EQ(at("rules[0].fields").line, 0U);
}

TEST(Schema, TakesOldNamesAndWarns) {
  const Loaded got = load_probe("response_timeout = \"1s\"\nold = \"x\"\n");
  EXPECT_EQ(got.probe.timeout.ns, 1 * second);
  EXPECT_EQ(got.said,
            "2:1: warning: \"response_timeout\" is the old name of \"timeout\"\n"
            "3:1: warning: \"old\" is deprecated\n");
  EXPECT_EQ(load_probe("timeout = \"2s\"\nresponse_timeout = \"1s\"\n").probe.timeout.ns,
            2 * second);
}

TEST(Schema, TakesNumbersFromTheEnvironment) {
  LoadOptions options = test_options();
  options.environment = [](const std::string& name) {
    return std::optional<std::string>(name == "N" ? "7" : name == "F" ? "0.25" : "false");
  };
  const Loaded got =
      load_probe("count = \"$N\"\nratio = \"$F\"\non = \"${B}\"\ntimeout = \"$N\"\n", &options);
  EXPECT_EQ(got.said, "");
  EXPECT_EQ(got.probe.count, 7);
  EXPECT_EQ(got.probe.ratio, 0.25);
  EXPECT_FALSE(got.probe.on);
  EXPECT_EQ(got.probe.timeout.ns, 7 * second);
}

// Goal: each wrong value with its place, what was expected, and no secret.
struct RefuseCase {
  const char *what, *line, *said;
};

class SchemaRefuses : public testing::TestWithParam<RefuseCase> {};

TEST_P(SchemaRefuses, WithPlaceAndReason) {
  EXPECT_EQ(load_probe(GetParam().line).said, GetParam().said);
}

INSTANTIATE_TEST_SUITE_P(
    All, SchemaRefuses,
    testing::Values(
        RefuseCase{"number_for_text", "text = 5",
                   "2:8: error: \"text\" must be a string, not an integer\n= put it in quotes\n"},
        RefuseCase{"list_for_text", "text = [\"a\"]",
                   "2:8: error: \"text\" must be a string, not a list\n"},
        RefuseCase{
            "number_among_words", "[[inputs.probe.rules]]\npattern = \"a\"\nfields = [[\"a\", 1]]",
            "4:17: error: \"fields\" must be a string, not an integer\n= put it in quotes\n"},
        RefuseCase{"text_for_number", "count = \"5\"",
                   "2:9: error: \"count\" must be an integer, not a string\n"},
        RefuseCase{"fraction_for_integer", "count = 1.5",
                   "2:9: error: \"count\" must be an integer, not a number with a fraction\n"},
        RefuseCase{"too_large", "count = 11", "2:9: error: \"count\" must be between 0 and 10\n"},
        RefuseCase{"too_small", "count = -1", "2:9: error: \"count\" must be between 0 and 10\n"},
        RefuseCase{"ratio", "ratio = 1.5", "2:9: error: \"ratio\" must be between 0.0 and 1.0\n"},
        RefuseCase{"not_a_number", "ratio = nan",
                   "2:9: error: \"ratio\" must be between 0.0 and 1.0\n"},
        RefuseCase{
            "text_for_boolean", "on = \"true\"",
            "2:6: error: \"on\" must be true or false, not a string\n= leave out the quotes\n"},
        RefuseCase{"bad_duration", "timeout = \"ten\"",
                   "2:11: error: \"ten\" is not a duration such as \"10s\" or \"1h30m\" for "
                   "\"timeout\"\n"},
        RefuseCase{"short_duration", "timeout = \"1us\"",
                   "2:11: error: \"timeout\" must be at least \"1ms\"\n"},
        RefuseCase{
            "boolean_duration", "timeout = true",
            "2:11: error: \"timeout\" must be a duration such as \"10s\", not true or false\n"},
        RefuseCase{"huge_duration", "timeout = 99999999999999",
                   "2:11: error: \"timeout\" must be a duration that fits, not an integer\n"},
        RefuseCase{
            "bad_size", "limit = \"1XB\"",
            "2:9: error: \"1XB\" is not a size such as \"10MB\" or \"1MiB\" for \"limit\"\n"},
        RefuseCase{"large_size", "limit = \"2GiB\"",
                   "2:9: error: \"limit\" must be at most \"1GiB\"\n"},
        RefuseCase{"choice", "mode = \"fats\"",
                   "2:8: error: \"mode\" must be \"fast\" or \"slow\", not \"fats\"\n= did you "
                   "mean \"fast\"?\n"},
        RefuseCase{"scalar_for_list", "quantiles = 0.5",
                   "2:13: error: \"quantiles\" must be a list, not a number with a fraction\n= put "
                   "it in [ ]\n"},
        RefuseCase{"wrong_item", "quantiles = [0.5, \"x\"]",
                   "2:19: error: \"quantiles\" must be a number, not a string\n"},
        RefuseCase{"scalar_for_table", "server = \"x\"",
                   "2:10: error: \"server\" must be a table, not a string\n"},
        RefuseCase{"list_for_table", "[[inputs.probe.server]]",
                   "2:1: error: \"server\" must be a table, not a list\n= write its header in "
                   "single brackets\n"},
        RefuseCase{"table_for_list", "[inputs.probe.rules]\npattern = \"x\"",
                   "2:1: error: \"rules\" must be a list of tables, not a table\n= write its "
                   "header in double brackets, [[...rules]]\n"},
        RefuseCase{"list_in_map", "[inputs.probe.headers]\nA = \"b\"\ntaginclude = [\"org\"]",
                   "4:14: error: \"headers\" must be a string, not a list\n"},
        RefuseCase{
            "scalar_for_map", "headers = 1",
            "2:11: error: \"headers\" must be a table of names and values, not an integer\n"},
        RefuseCase{"required", "[[inputs.probe.rules]]\nfields = []",
                   "2:1: error: inputs.probe needs the option \"pattern\"\n"},
        RefuseCase{"unknown_below", "[inputs.probe.server]\nhots = \"x\"",
                   "3:1: error: unknown option \"hots\" of inputs.probe.server\n= did you mean "
                   "\"host\"?\n"},
        RefuseCase{
            "unknown", "cuont = 1",
            "2:1: error: unknown option \"cuont\" of inputs.probe\n= did you mean \"count\"?\n"},
        RefuseCase{
            "wrong_case", "Count = 1",
            "2:1: error: unknown option \"Count\" of inputs.probe\n= did you mean \"count\"?\n"},
        RefuseCase{"unlike_anything", "zzzzzzzz = 1",
                   "2:1: error: unknown option \"zzzzzzzz\" of inputs.probe\n"},
        RefuseCase{"secret_store", "password = \"a@{nostore:key}\"",
                   "2:12: error: there is no secret store \"nostore\"\n= secret stores are not "
                   "supported by this version\n"},
        RefuseCase{"list_of_secrets", "password = [\"a\"]",
                   "2:12: error: \"password\" must be a string, not a list\n"},
        RefuseCase{
            "any_table", "[[inputs.probe.rules]]\npattern=\"\"\nvalues = {a = [1]}",
            "4:15: error: \"values\" must be a string, a number, or true or false, not a list\n"}),
    [](const auto& test) { return test.param.what; });

TEST(Schema, ReportsEveryFaultAtOnce) {
  const Loaded got = load_probe("text = 1\ncount = \"x\"\nnope = 2\ninterval = \"\"\n");
  EXPECT_EQ(
      got.said,
      "2:8: error: \"text\" must be a string, not an integer\n= put it in quotes\n"
      "3:9: error: \"count\" must be an integer, not a string\n"
      "4:1: error: unknown option \"nope\" of inputs.probe\n"
      "5:12: error: \"interval\" is empty\n= leave it out, or write a duration such as \"10s\"\n");
}

TEST(Schema, DoesNotAskForWhatAnUnreadableLineMayHold) {
  EXPECT_EQ(load_text("[[inputs.file]]\n  files = \n").diagnostics.size(), 1U);
}

TEST(Schema, NeverShowsSecrets) {
  const LoadResult result = load_text(
      "[[inputs.probe]]\npassword = [\"hunter2\"]\npasword = \"hunter2\"\n"
      "[[inputs.probe]]\npassword = \"hunter2\" x\n[[inputs.probe]]\npassword = 'hunter2\n"
      "[[inputs.probe]]\npassword = \"hunter2\"\npassword = 5\n");
  EXPECT_TRUE(has_errors(result.diagnostics));
  for (const Diagnostic& d : result.diagnostics) {
    EXPECT_EQ(render(d).find("hunter2"), std::string::npos) << render(d);
    EXPECT_EQ(render_json(d).find("hunter2"), std::string::npos);
  }
}

TEST(Schema, DoesNotShowValuesFromTheEnvironment) {
  LoadOptions options = test_options();
  options.environment = [](const std::string&) { return std::optional<std::string>("hunter2"); };
  const LoadResult result = load_text(
      "[agent]\ninterval = \"$A\"\n[[inputs.probe]]\nmode = \"$A\"\nlimit = \"$A\"\n", &options);
  EXPECT_EQ(result.diagnostics.size(), 3U);
  for (const Diagnostic& d : result.diagnostics) {
    EXPECT_EQ(render(d).find("hunter2"), std::string::npos) << render(d);
  }
}

}  // namespace
}  // namespace weir::config
