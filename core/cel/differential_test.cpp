#include <array>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include <weir/testing/lines.hpp>

#include "core/cel/expression.hpp"
#include "core/cel/test_reference.hpp"

namespace weir::cel {
namespace {

// Goal: folding, jumps, prepared arguments and remembered places change no answer: thousands of random expressions are
// answered by their programs as by their trees.

// What an expression of a type may look like; %x is another one of type x. b boolean, i int, u uint, d double,
// s string, y bytes, t timestamp, n duration, l list, m map, D anything.
struct Form {
  char type;
  std::string_view text;
};
constexpr auto forms = std::to_array<Form>({
    {'b', "true"},
    {'b', "fields.b"},
    {'b', "(%b && %b)"},
    {'b', "(%b || %b || %b)"},
    {'b', "!%b"},
    {'b', "(%i < %i)"},
    {'b', "(%d >= %i)"},
    {'b', "(%s == %s)"},
    {'b', "(%D == %D)"},
    {'b', "(%D > %i)"},
    {'b', "(%t > %t)"},
    {'b', "(%D in %l)"},
    {'b', "(%s in %m)"},
    {'b', "has(tags.host)"},
    {'b', "has(fields.i)"},
    {'b', "has(%m.a)"},
    {'b', "%s.contains(%s)"},
    {'b', "%s.matches(%s)"},
    {'b', "%s.matches('^[a-h]+$')"},
    {'b', "%l.all(x, %b)"},
    {'b', "%l.exists(x, %b)"},
    {'b', "%m.exists_one(x, %b)"},
    {'b', "%l.exists(x, x == %D)"},
    {'b', "(%b ? %b : %b)"},
    {'b', "(type(%D) == int)"},
    {'i', "3"},
    {'i', "-1"},
    {'i', "fields.i"},
    {'i', "(%i + %i)"},
    {'i', "(%i / %i)"},
    {'i', "size(%l)"},
    {'i', "size(%s)"},
    {'i', "int(%d)"},
    {'i', "int(%s)"},
    {'i', "%t.getHours()"},
    {'i', "%t.getDayOfYear('Europe/Berlin')"},
    {'i', "%t.getHours('+02:30')"},
    {'i', "%s.indexOf(%s)"},
    {'i', "math.greatest(%i, %i, %i)"},
    {'i', "(%b ? %i : %i)"},
    {'d', "0.5"},
    {'d', "fields.f"},
    {'d', "(%d * %d)"},
    {'d', "double(%i)"},
    {'d', "math.floor(%d)"},
    {'s', "'a'"},
    {'s', "name"},
    {'s', "tags.host"},
    {'s', "tags['dc']"},
    {'s', "fields.s"},
    {'s', "(%s + %s)"},
    {'s', "%s.substring(%i)"},
    {'s', "%s.replace(%s, %s)"},
    {'s', "%s.upperAscii()"},
    {'s', "string(%D)"},
    {'s', "%l.join('-')"},
    {'t', "time"},
    {'t', "now()"},
    {'t', "timestamp('2026-01-02T03:04:05.6Z')"},
    {'t', "(%t + %n)"},
    {'n', "duration('90m')"},
    {'n', "(%t - %t)"},
    {'l', "[]"},
    {'l', "[1, 2]"},
    {'l', "['a', %s]"},
    {'l', "[%D, %D]"},
    {'l', "(%l + %l)"},
    {'l', "%s.split('')"},
    {'l', "%l.map(x, %D)"},
    {'l', "%l.filter(x, %b)"},
    {'l', "%m.map(x, %b, %D)"},
    {'m', "tags"},
    {'m', "fields"},
    {'m', "{'a': 1}"},
    {'m', "{%s: %D, 'a': %D}"},
    {'D', "x"},
    {'D', "fields.nope"},
    {'D', "dyn(%i)"},
    {'D', "dyn(%s)"},
    {'D', "%l[%i]"},
    {'D', "%m[%s]"},
    {'D', "%m.host"},
    {'D', "fields['f']"},
    {'D', "(fields.i + %D)"},
    {'D', "null"},
});

class Generator {
 public:
  explicit Generator(std::uint32_t seed) : chance_(seed) {}

  std::string make(char type, int depth) {
    const Form& form = pick(type, depth);
    std::string out;
    for (std::size_t i = 0; i < form.text.size(); ++i) {
      const bool hole = form.text[i] == '%';
      out += hole ? make(form.text[++i], depth - 1) : std::string(1, form.text[i]);
    }
    return out;
  }

 private:
  const Form& pick(char type, int depth) {
    for (;;) {
      const Form& form = forms[chance_() % forms.size()];
      const bool ends = form.text.find('%') == std::string_view::npos;
      if (form.type == type && (depth > 0 || ends)) return form;
    }
  }
  std::mt19937 chance_;
};

class Differential : public testing::Test {
 protected:
  void compare(const std::string& text) {
    Fault fault;
    const auto expression = Expression::compile(text, fault);
    TestReference reference;
    if (!expression || !reference.read(text)) return;
    ++compared_;
    Evaluator evaluator(*expression, now_ns);
    for (std::uint32_t r = 0; r < batch_.head()->n_rows; ++r) {
      const block home(batch_.head());
      const row metric(home, home.rows()[r]);
      const Value wanted = reference.evaluate(metric, now_ns);
      const Answer answer = wanted.is_true()    ? Answer::yes
                            : wanted.is_false() ? Answer::no
                                                : Answer::failed;
      ASSERT_EQ(evaluator.ask(metric), answer) << text << "\nfor row " << r;
    }
  }

  static constexpr std::int64_t now_ns = 1'800'000'000'123'456'789;
  int compared_{0};
  weir::testing::block_memory batch_ = weir::testing::make_batch(
      {"cpu,dc=eu,host=a i=5i,u=7u,f=2.5,b=t,s=\"text\" 1700000000123456789",
       "cpu,host=ab b=f,f=-0.5,i=-3i 5", "mem a=1i,s=\"\"", "mem,dc=eu,zone=z i=1i,b=t,s=\"a\" -7"},
      0);
};

TEST_F(Differential, ProgramsAnswerAsTreesDo) {
  Generator generator(20260102);
  for (int i = 0; i < 20000; ++i) {
    compare(generator.make('b', 1 + i % 5));
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(compared_, 5000);
}

}  // namespace
}  // namespace weir::cel
