#include "core/cel/expression.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/cel/limits.hpp"
#include "core/cel/program.hpp"
#include "core/cel/test_asking.hpp"

namespace weir::cel {
namespace {

// "offset+length message" of what is refused.
std::string refusal(std::string_view text) {
  Fault fault;
  if (Expression::compile(text, fault)) return "accepted";
  const std::string place = std::to_string(fault.offset) + '+' + std::to_string(fault.length);
  return place + ' ' + fault.message + (fault.hint.empty() ? "" : " = " + fault.hint);
}

struct Refusal {
  std::string_view text, said;
};

// Goal: everything that is wrong is found before the first metric, with its place and what to do.
TEST(Refusals, OfTheGrammar) {
  const std::vector<Refusal> cases{
      {"", "0+0 the expression ends too early"},
      {"name ==", "7+0 the expression ends too early"},
      {"== name", "0+2 a value is missing here"},
      {"name = 'a'", "5+1 \"=\" has no meaning in an expression = did you mean ==?"},
      {"true & false", "5+1 \"&\" has no meaning in an expression = did you mean &&?"},
      {"name == 'a' and true",
       "12+3 the expression should end here = an operator is missing, or a bracket was not opened"},
      {"(name == 'a'", "0+1 \"(\" is not closed"},
      {"size(name", "4+1 \"(\" is not closed"},
      {"[1, 2 == 3", "0+1 \"[\" is not closed"},
      {"size(name, )", "11+1 an argument is missing here"},
      {"{'a' 1}", "5+1 \":\" is missing here = {\"key\": value}"},
      {"true ? 1", "8+0 \":\" is missing here = condition ? value : other value"},
      {"name == 'a", "8+2 the text is not closed"},
      {"name == 'a\n'", "10+1 the text has no closing quote in its line"},
      {"name == '\\q'", "9+2 unknown escape"},
      {"name == '\\ud800'", "9+6 there is no such character"},
      {"b'\\u00e9' == b''", "2+6 bytes have no characters: write \\x.."},
      {"fields.1 == 1",
       "6+2 the expression should end here = an operator is missing, or a bracket was not opened"},
      {"tags.in == 'a'",
       "5+2 a name should follow the dot = a key that is no name is written [\"key\"]"},
      {"for == 1", "0+3 \"for\" is reserved"},
      {"9223372036854775808 > 0",
       "0+19 the number does not fit into 64 bits with a sign = write 9223372036854775808u for a "
       "number without a sign"},
      {"1e999 > 0.0", "0+5 the number is too large"},
      {"Msg{a: 1}", "3+1 messages cannot be made here = a map is {\"key\": value}"},
      {"\xe2\x82\xac == 1", "0+3 \"\xe2\x82\xac\" has no meaning in an expression"},
  };
  for (const Refusal& wanted : cases) EXPECT_EQ(refusal(wanted.text), wanted.said) << wanted.text;
}

TEST(Refusals, OfNamesAndTypes) {
  const std::vector<Refusal> cases{
      {"nane == 'a'", "0+4 unknown name \"nane\" = did you mean \"name\"?"},
      {"x == 1", "0+1 unknown name \"x\" = an expression knows name, tags, fields and time"},
      {"name.startswith('a')", "5+10 unknown name \"startswith\" = did you mean \"startsWith\"?"},
      {"math.flor(1.0) == 1.0", "5+4 unknown name \"math.flor\" = did you mean \"math.floor\"?"},
      {"'%d'.format([1]) == '1'", "5+6 format() is not available here: it makes texts for people"},
      {"fields.f",
       "7+1 the expression is a dyn, and has to be true or false = compare it: "
       "fields.x == true"},
      {"size(tags)", "0+4 the expression is a int, and has to be true or false"},
      {"name == 1", "5+2 string == int has no meaning"},
      {"1 == 1.0",
       "2+2 int == double has no meaning = both have to be of one type: 1 is an int, "
       "1u a uint, 1.0 a double"},
      {"name.size(1) == 1", "5+4 string.size(int) has no meaning"},
      {"size(1) == 1", "0+4 size(int) has no meaning"},
      {"!name", "0+1 !string has no meaning"},
      {"name[0] == 'a'", "4+1 string[int] has no meaning"},
      {"1 in tags", "2+2 int in map(string, string) has no meaning"},
      {"true ? 1 : 'a'",
       "5+1 bool ? int : string has no meaning = condition ? value : other "
       "value of the same type"},
      {"name && true", "0+4 true or false is needed here, not a string"},
      {"name.x == 1", "5+1 a string has nothing to select by a dot = tags.x, fields.x"},
      {"name.all(c, true)", "5+3 a string is neither a list nor a map"},
      {"tags.all(1, true)",
       "9+1 the first argument of all() must be a name = fields.exists(key, "
       "fields[key] == 0)"},
      {"tags.all(k, k)", "12+1 true or false is needed here, not a string"},
      {"has(name)", "4+4 has() takes one selection = has(fields.x), has(tags.host)"},
      {"math.greatest('a') > 0", "14+3 math.greatest() compares numbers only"},
  };
  for (const Refusal& wanted : cases) EXPECT_EQ(refusal(wanted.text), wanted.said) << wanted.text;
}

TEST(Refusals, OfConstants) {
  const std::vector<Refusal> cases{
      {"int('abc') == 1", "0+3 a value cannot be converted: abc"},
      {"time > timestamp('yesterday')", "7+9 a value cannot be converted: yesterday"},
      {"time > timestamp(int('99999999999999'))", "7+9 a number is too large"},
      {"name.matches('c(')", "13+4 not a regular expression: missing ): c("},
      {"time.getHours('Mars/Olympus') == 1",
       "14+14 unknown time zone \"Mars/Olympus\": not found under /usr/share/zoneinfo (is tzdata "
       "installed?)"},
      {"time.getHours('+2h:00') == 1", "14+8 an offset is written +02:00 or -05:30"},
  };
  for (const Refusal& wanted : cases) EXPECT_EQ(refusal(wanted.text), wanted.said) << wanted.text;
  // Nobody asks for it, so it is not wrong.
  EXPECT_EQ(refusal("false && int('1' + 'x') == 1"), "accepted");
}

TEST(Limits, OfTheText) {
  const std::string open(300, '('), close(300, ')');
  EXPECT_EQ(refusal(open + "true" + close), "100+1 the expression is nested too deeply");
  EXPECT_EQ(refusal(std::string(90, '(') + "true" + std::string(90, ')')), "accepted");
  std::string sum = "1", chain = "true";
  for (int i = 0; i < 400; ++i) sum += "+1";
  for (int i = 0; i < 4000; ++i) chain += " || true";
  EXPECT_EQ(refusal(sum + " == 1"), "399+1 the expression is nested too deeply");
  EXPECT_EQ(refusal(chain), "accepted");
  std::string list = "[";
  for (int i = 0; i < 10000; ++i) list += "1,";
  EXPECT_EQ(refusal(list + "].size() == 1"), "16383+1 the expression is too long");
  EXPECT_EQ(refusal(std::string(text_bytes_max + 1, ' ')),
            "0+0 the expression is longer than 64 KiB");
}

// Goal: no expression takes more than its share of time and memory for one metric; it fails, and the next metric is
// answered again.
TEST(Limits, OfAnEvaluation) {
  std::string why;
  const std::string range = "[1,2,3,4,5,6,7,8,9,10].all(x%, ";
  std::string deep = "true";
  for (int i = 0; i < 7; ++i) {
    deep = std::string(range).replace(range.find('%'), 1, std::to_string(i)) + deep + ")";
  }
  EXPECT_EQ(ask(deep + " && time < now()", why), Answer::failed);
  EXPECT_EQ(why, "the expression takes too many steps for this metric");
  EXPECT_EQ(
      ask("fields.s.replace('t', name.replace('c', '" + std::string(60000, 'x') + "')).size() == 1",
          why),
      Answer::failed);
  EXPECT_EQ(why, "the expression needs too much memory for this metric");
}

TEST(Expression, KnowsWhatItsAnswerDependsOn) {
  const auto needs = [](std::string_view text) {
    Fault fault;
    return Expression::compile(text, fault)->needs();
  };
  EXPECT_FALSE(needs("name == 'a' && tags.host == 'b'").of_row());
  EXPECT_FALSE(needs("now() > timestamp(0)").of_row());
  EXPECT_TRUE(needs("has(fields.x)").of_row());
  EXPECT_TRUE(needs("'x' in fields").of_row());
  EXPECT_TRUE(needs("fields.exists(k, k == 'x')").of_row());
  EXPECT_TRUE(needs("time > timestamp(0)").of_row());
  EXPECT_TRUE(needs("name == 'a'").name);
  EXPECT_TRUE(needs("has(tags.x)").tags);
}

TEST(Expression, EvaluatesConstantsOnce) {
  const auto length = [](std::string_view text) {
    Fault fault;
    return Expression::compile(text, fault)->program().code.size();
  };
  EXPECT_EQ(length("1 + 2 * 3 == 7"), 1U);
  EXPECT_EQ(length("time > timestamp('2023-11-14T22:13:22Z')"), 3U);
  EXPECT_EQ(length("name in ['a', 'b' + 'c', {'d': 'e'}.d]"), 3U);
  EXPECT_EQ(length("tags['host'] == 'a'"), 3U);
}

TEST(Evaluator, AnswersOneMetricAfterTheOther) {
  Fault fault;
  const auto expression = Expression::compile("fields.b > 1 || tags.x == 'y'", fault);
  const auto made = weir::testing::make_batch(
      {"m,x=y a=1", "m a=1,b=2", "m b=1,a=2", "m,x=z b=0", "m,w=w,x=y c=1"}, 0);
  const block home(made.head());
  Evaluator evaluator(*expression, 0);
  std::string answers;
  for (std::uint32_t r = 0; r < home.head().n_rows; ++r) {
    const Answer answer = evaluator.ask(row(home, home.rows()[r]));
    answers += answer == Answer::yes ? 'y' : answer == Answer::no ? 'n' : 'f';
  }
  EXPECT_EQ(answers, "yyfny");
  EXPECT_EQ(evaluator.failure(), "no such key: x");
}

TEST(Evaluator, TakesNowFromItsCaller) {
  Fault fault;
  const auto expression = Expression::compile("now() == timestamp(5)", fault);
  const auto made = weir::testing::make_batch({"m a=1"}, 0);
  const row metric(block(made.head()), block(made.head()).rows()[0]);
  EXPECT_EQ(Evaluator(*expression, 5'000'000'000).ask(metric), Answer::yes);
  EXPECT_EQ(Evaluator(*expression, 6'000'000'000).ask(metric), Answer::no);
}

}  // namespace
}  // namespace weir::cel
