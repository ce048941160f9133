#include "core/config/document.hpp"

#include <gtest/gtest.h>

#include "core/config/test_catalog.hpp"

namespace weir::config {
namespace {

// A tree in one line: {a=1,b=["x",{c=true}]}
std::string print(const Node& node) {
  std::string text;
  switch (node.kind) {
    case Node::Kind::string: return '"' + node.text + '"';
    case Node::Kind::integer: return std::to_string(node.integer);
    case Node::Kind::floating: return std::to_string(node.number);
    case Node::Kind::boolean: return node.integer != 0 ? "true" : "false";
    case Node::Kind::date: return '<' + node.text + '>';
    case Node::Kind::array:
      for (const Node& item : node.items) text += (text.empty() ? "" : ",") + print(item);
      return '[' + text + ']';
    default:
      for (const Member& m : node.members) {
        text += (text.empty() ? "" : ",") + m.key.name + '=' + print(m.value);
      }
      return '{' + text + '}';
  }
}

struct Read {
  std::string tree, said;
};

Read read(const std::string& text, const DocumentOptions& options = {}) {
  Sources sources;
  Reporter reporter(sources);
  const Node root = read_document(sources.add("x.conf", text), options, reporter);
  return {print(root), brief(reporter.finish())};
}

// Goal: what Telegraf takes although TOML does not, and what TOML says of the rest.
struct AcceptCase {
  const char *what, *text, *tree;
};

class Accepts : public testing::TestWithParam<AcceptCase> {};

TEST_P(Accepts, WithoutAWord) {
  const Read got = read(GetParam().text);
  EXPECT_EQ(got.tree, GetParam().tree);
  EXPECT_EQ(got.said, "");
}

INSTANTIATE_TEST_SUITE_P(
    All, Accepts,
    testing::Values(
        AcceptCase{"empty", "", "{}"}, AcceptCase{"comments", "# a\n  # b \"\n\n", "{}"},
        AcceptCase{"byte_order_mark", "\xef\xbb\xbf[a]\nb = 1\n", "{a={b=1}}"},
        AcceptCase{"crlf", "[a]\r\nb = 1\r\nc = [\r\n1,\r\n2]\r\n", "{a={b=1,c=[1,2]}}"},
        AcceptCase{"no_last_line_break", "a = 1", "{a=1}"},
        AcceptCase{"scalars", "a=true\nb=false\nc=-1\nd=1.5\ne='x'\nf=+5\ng=1_000",
                   "{a=true,b=false,c=-1,d=1.500000,e=\"x\",f=5,g=1000}"},
        AcceptCase{"date", "a = 1979-05-27T07:32:00Z", "{a=<1979-05-27T07:32:00Z>}"},
        AcceptCase{"strings", "a = \"x\\\"y\\n\"\nb = 'C:\\d'", "{a=\"x\"y\n\",b=\"C:\\d\"}"},
        AcceptCase{"long_strings", "a = '''\nx\n# y'''\nb = \"\"\"p \"q\" \\\n  r\"\"\"",
                   "{a=\"x\n# y\",b=\"p \"q\" r\"}"},
        AcceptCase{"long_string_ends_in_quotes", "a = '''x'''''", "{a=\"x''\"}"},
        AcceptCase{"hash_in_string", "a = \"#\" # c", "{a=\"#\"}"},
        AcceptCase{"list_over_lines", "a = [ # c\n  1, # one\n\n  2\n  ,\n]", "{a=[1,2]}"},
        AcceptCase{"list_of_lists", "a = [[1],[\n[2]]]", "{a=[[1],[[2]]]}"},
        AcceptCase{"mixed_list", "a = [1, \"x\"]", "{a=[1,\"x\"]}"},
        AcceptCase{"inline_table", "a = {x = 1, \"y z\" = [2], t.u = 3}",
                   "{a={x=1,y z=[2],t={u=3}}}"},
        AcceptCase{"inline_table_last_comma", "a = {x = 1,}", "{a={x=1}}"},
        AcceptCase{"empty_inline_table", "a = { }", "{a={}}"},
        AcceptCase{"inline_table_keeps_order", "a = {z = 1, a = 2}", "{a={z=1,a=2}}"},
        AcceptCase{"keys", "123 = 1\na-b = 2\n_c = 3\n\"d e\" = 4\n'f.g' = 5",
                   "{123=1,a-b=2,_c=3,d e=4,f.g=5}"},
        AcceptCase{"escaped_key", "\"a\\tb\" = 1", "{a\tb=1}"},
        AcceptCase{"dotted_key", "a.b . c = 1\na.d = 2", "{a={b={c=1},d=2}}"},
        AcceptCase{"headers", "[ a . b ]\nc=1\n[[ a.d ]]\ne=2\n[[a.d]]\n[a.d.f]\ng=3",
                   "{a={b={c=1},d=[{e=2},{f={g=3}}]}}"},
        AcceptCase{"quoted_header", "[[\"inputs\".'file']] # c\nx=1", "{inputs={file=[{x=1}]}}"},
        AcceptCase{"table_above_later", "[a.b]\nx=1\n[a]\ny=2", "{a={b={x=1},y=2}}"},
        AcceptCase{"not_a_number_of_toml_0_4", "a = inf\nb = -inf", "{a=inf,b=-inf}"}),
    [](const auto& test) { return test.param.what; });

// Goal: each fault with its place, what was expected, and what to do.
struct RefuseCase {
  const char *what, *text, *said;
};

class Refuses : public testing::TestWithParam<RefuseCase> {};

TEST_P(Refuses, WithPlaceAndReason) { EXPECT_EQ(read(GetParam().text).said, GetParam().said); }

INSTANTIATE_TEST_SUITE_P(
    All, Refuses,
    testing::Values(
        RefuseCase{"not_toml", "hello world",
                   "1:1: error: expected = and a value behind the key\n"},
        RefuseCase{"yaml", "key: value", "1:1: error: expected = and a value behind the key\n"},
        RefuseCase{"no_value", "a =\n", "1:4: error: a value is missing here\n"},
        RefuseCase{"bare_word", "a = input.influx",
                   "1:5: error: \"input.influx\" is not a value\n= a string needs quotes: "
                   "\"input.influx\"\n"},
        RefuseCase{"yes", "a = Yes", "1:5: error: \"Yes\" is not a value\n= did you mean true?\n"},
        RefuseCase{"off", "a = off", "1:5: error: \"off\" is not a value\n= did you mean false?\n"},
        RefuseCase{
            "unit", "a = 5s",
            "1:5: error: \"5s\" is not a value\n= a number with a unit needs quotes: \"5s\"\n"},
        RefuseCase{"open_string", "a = [\"b]", "1:6: error: the string has no closing quote\n"},
        RefuseCase{"open_long_string", "a = '''b\nc",
                   "1:5: error: the string has no closing quote\n"},
        RefuseCase{"escaped_line_end", "a = \"b\\\nc\"",
                   "1:5: error: the string has no closing quote\n2:1: error: expected = and a "
                   "value behind the key\n"},
        RefuseCase{"bad_escape", "a = \"\\s\"",
                   "1:7: error: not valid TOML: unknown escape sequence '\\s'\n"},
        RefuseCase{"leading_zero", "a = 01",
                   "1:7: error: not valid TOML: leading zeroes are prohibited\n"},
        RefuseCase{"hexadecimal", "a = 0x10",
                   "1:5: error: integers are written in decimal here, \"0x10\" is not\n= Telegraf "
                   "refuses it too\n"},
        RefuseCase{
            "unquoted_variable", "a = ${B:-1}",
            "1:5: error: an environment variable needs quotes around it\n= write \"${B:-1}\", for "
            "a number or true and false too; or run with --non-strict-env-handling\n"},
        RefuseCase{"two_values", "a = 1 2", "1:7: error: unexpected text behind the value\n"},
        RefuseCase{"open_list", "a = [1,\nb = 2",
                   "1:5: error: the list is not closed\n= put a ] behind its last item\n"},
        RefuseCase{"list_open_at_header", "a = [\"x\",\n\"y\"\n[[b.c]]\nd = 1",
                   "1:5: error: the list is not closed\n= put a ] behind its last item\n"},
        RefuseCase{"two_commas", "a = [1,,2]", "1:8: error: a value is missing here\n"},
        RefuseCase{"inline_table_no_comma", "a = {x = 1 y = 2}",
                   "1:12: error: a comma is missing between two entries of the inline table\n"},
        RefuseCase{"inline_table_over_lines", "a = {\n  x = 1\n}\n[b]",
                   "1:5: error: an inline table must stand in one line\n= give it a section of its "
                   "own, [inputs.example.name], with one entry in each line\n3:1: error: a key is "
                   "missing here\n"},
        RefuseCase{"inline_table_key_twice", "a = {x = 1, x = 2}",
                   "1:17: error: not valid TOML: cannot redefine existing integer 'x'\n"},
        RefuseCase{"deep_nesting",
                   "a = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
                   "1:38: error: lists and tables are nested too deeply\n"},
        RefuseCase{"foreign_key", "\xc3\xbc = 1",
                   "1:1: error: a key with other than letters, digits, - and _ needs quotes\n"},
        RefuseCase{"open_header", "[a\nb = 1",
                   "1:1: error: the header is not closed\n= it must end in ]\n"},
        RefuseCase{"half_open_header", "[[a]\n",
                   "1:1: error: the header is not closed\n= it must end in ]]\n"},
        RefuseCase{"text_behind_header", "[a] b",
                   "1:5: error: unexpected text behind the header\n"},
        RefuseCase{"empty_header", "[]", "1:2: error: a key is missing here\n"},
        RefuseCase{"key_twice", "a = 1\nb = 2\na = 3",
                   "3:1: error: \"a\" is written twice, first in line 1\n"},
        RefuseCase{"table_twice", "[a]\n[a]",
                   "2:1: error: the table \"a\" exists already since line 1\n= for several of a "
                   "kind write [[...]]\n"},
        RefuseCase{"single_after_double", "[[a]]\n[a]",
                   "2:1: error: the table \"a\" exists already since line 1\n= write it in double "
                   "brackets too, [[...]]\n"},
        RefuseCase{"double_after_single", "[a]\n[[a]]",
                   "2:1: error: \"a\" exists already since line 1, but not in double brackets\n= "
                   "write it in double brackets there too, [[...]]\n"},
        RefuseCase{
            "table_in_value", "a = 1\n[a.b]",
            "2:2: error: \"a\" is an integer since line 1, nothing can be added to it here\n"},
        RefuseCase{"table_in_inline_table", "a = {x = 1}\n[a.b]",
                   "2:2: error: \"a\" is a table since line 1, nothing can be added to it here\n"},
        RefuseCase{"utf16", "\xff\xfe[", "1:1: error: the file is UTF-16\n= save it as UTF-8\n"},
        RefuseCase{"latin1", "a = 1\nb = \"\xfc\"",
                   "2:6: error: this is not UTF-8 text\n= save the file as UTF-8\n"}),
    [](const auto& test) { return test.param.what; });

TEST(Document, ReportsAllErrorsAtOnce) {
  const Read got = read("a = yes\n[b]\nc = [1, x]\nd = 2\ne\n[b]\nf = \"open\n\ng = 1\n");
  EXPECT_EQ(got.said,
            "1:5: error: \"yes\" is not a value\n= did you mean true?\n"
            "3:9: error: \"x\" is not a value\n= a string needs quotes: \"x\"\n"
            "5:1: error: expected = and a value behind the key\n"
            "6:1: error: the table \"b\" exists already since line 2\n= for several of a kind "
            "write [[...]]\n"
            "7:5: error: the string has no closing quote\n");
  EXPECT_EQ(got.tree, "{b={d=2}}");
}

TEST(Document, SkipsTheRestOfABrokenList) {
  const Read got = read("a = [\n  \"x\",\n  y,\n  \"z\",\n]\nb = 1\n");
  EXPECT_EQ(got.said, "3:3: error: \"y\" is not a value\n= a string needs quotes: \"y\"\n");
  EXPECT_EQ(got.tree, "{b=1}");
}

TEST(Document, StopsAfterManyErrors) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "?\n";
  const std::string said = read(text).said;
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 21);
  EXPECT_NE(said.find("too many syntax errors"), std::string::npos);
}

TEST(Document, WarnsOfAMissingCommaInAList) {
  const Read got = read("a = [1 2\n 3]");
  EXPECT_EQ(got.tree, "{a=[1,2,3]}");
  EXPECT_EQ(got.said,
            "1:8: warning: a comma is missing between two items of the list\n"
            "2:2: warning: a comma is missing between two items of the list\n");
}

TEST(Document, ReplacesVariablesInStringsOnly) {
  const Environment environment = [](const std::string& name) {
    return name == "V" ? std::optional<std::string>("q\"\\\n$V") : std::nullopt;
  };
  const Read got = read("\"$V\" = \"$V\"\nb = ['$V', {c = \"x${V}\"}] # ${V:?}\n", {&environment});
  EXPECT_EQ(got.tree, "{$V=\"q\"\\\n$V\",b=[\"q\"\\\n$V\",{c=\"xq\"\\\n$V\"}]}");
  EXPECT_EQ(got.said, "");
}

TEST(Document, NonStrictReplacesTheRawText) {
  const Environment environment = [](const std::string& name) {
    return name == "V"   ? std::optional<std::string>("\"a b\"")
           : name == "N" ? std::optional<std::string>("7")
                         : std::nullopt;
  };
  const Read got = read("a = $V\nb = ${N}\nc = [$N, \"$N\"]\nd = yes\n", {&environment, true});
  EXPECT_EQ(got.tree, "{a=\"a b\",b=7,c=[7,\"7\"]}");
  EXPECT_EQ(got.said, "4:5: error: \"yes\" is not a value\n= did you mean true?\n");
}

TEST(Document, DoesNotRepeatWhatAVariableHolds) {
  const Environment environment = [](const std::string&) {
    return std::optional<std::string>("hunter2");
  };
  const std::string said = read("a = $V\n", {&environment, true}).said;
  EXPECT_EQ(said,
            "1:5: error: the text that an environment variable put here is not a value\n= put "
            "quotes around the variable\n");
}

TEST(Document, ReportsARequiredVariableAtItsString) {
  const Environment none;
  EXPECT_EQ(read("a = 1\nb = [\"x\", \"${V:?needed}\"]\n", {&none}).said,
            "2:11: error: the environment variable \"V\" must be set: needed\n");
}

TEST(SecretNames, AreRecognised) {
  for (const char* name : {"password", "basic_password", "token", "sasl_access_token", "api_key",
                           "client_secret", "tls_key_pwd", "http_headers", "cookie_auth_body"}) {
    EXPECT_TRUE(is_secret_name(name)) << name;
  }
  for (const char* name : {"interval", "key", "files", "pass", "tls_key"}) {
    EXPECT_FALSE(is_secret_name(name)) << name;
  }
}

}  // namespace
}  // namespace weir::config
