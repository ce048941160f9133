#include <vector>

#include <gtest/gtest.h>

#include "core/cel/test_asking.hpp"

namespace weir::cel {
namespace {

// Goal: the answers of cel-go 0.30 with Telegraf's variables and extensions, which these were taken from.

const std::vector<Case> positions{
    {R"("hello mellow".indexOf("ello") == 1)", Answer::yes},
    {R"("hello mellow".indexOf("ello", 2) == 7)", Answer::yes},
    {R"("hello mellow".indexOf("ello", 20) == -1)", Answer::yes},
    {R"("hello mellow".indexOf("", 40) == 12)", Answer::yes},
    {R"("hello mellow".indexOf("h", -1) == 0)", Answer::failed},
    {R"("hello mellow".lastIndexOf("ello") == 7)", Answer::yes},
    {R"("hello mellow".lastIndexOf("ello", 6) == 1)", Answer::yes},
    {R"("hello mellow".lastIndexOf("ello", 12) == -1)", Answer::yes},
    {R"("hello mellow".lastIndexOf("", 6) == 6)", Answer::yes},
    {R"("hello mellow".lastIndexOf("") == 12)", Answer::yes},
    {R"("a\u00f1b\u00f1b".lastIndexOf("\u00f1") == 3)", Answer::yes},
    {R"("a\u00f1b".charAt(1) == "\u00f1")", Answer::yes},
    {R"("abc".charAt(3) == "")", Answer::yes},
    {R"("abc".charAt(4) == "")", Answer::failed},
    {R"("tacocat".substring(4) == "cat")", Answer::yes},
    {R"("tacocat".substring(0, 4) == "taco")", Answer::yes},
    {R"("tacocat".substring(7) == "")", Answer::yes},
    {R"("tacocat".substring(8) == "")", Answer::failed},
    {R"("tacocat".substring(2, 1) == "")", Answer::failed},
    {R"(name.contains("p") && name.startsWith("c") && name.endsWith("u"))", Answer::yes},
    {R"(fields.i.contains("5"))", Answer::failed},
};

const std::vector<Case> madetexts{
    {R"("TacoC\u00c6t".lowerAscii() == "tacoc\u00c6t")", Answer::yes},
    {R"("tacoc\u00e6t".upperAscii() == "TACOC\u00e6T")", Answer::yes},
    {R"(" \t\u00a0x\u3000\n".trim() == "x")", Answer::yes},
    {R"("\u200b".trim() == "\u200b")", Answer::yes},
    {R"("h\u00e9llo".reverse() == "oll\u00e9h")", Answer::yes},
    {R"(strings.quote("a\"b\n\\") == "\"a\\\"b\\n\\\\\"")", Answer::yes},
    {R"("hello hello".replace("he", "we") == "wello wello")", Answer::yes},
    {R"("hello hello".replace("he", "we", 1) == "wello hello")", Answer::yes},
    {R"("hello".replace("l", "", -1) == "heo")", Answer::yes},
    {R"("hello".replace("l", "L", 0) == "hello")", Answer::yes},
    {R"("h\u00e9".replace("", "_") == "_h_\u00e9_")", Answer::yes},
    {R"("abc".replace("", "_", 2) == "_a_bc")", Answer::yes},
    {R"("a b c".split(" ") == ["a", "b", "c"])", Answer::yes},
    {R"("a b c".split(" ", 2) == ["a", "b c"])", Answer::yes},
    {R"("a b c".split(" ", 0) == [])", Answer::yes},
    {R"("a\u00e9c".split("") == ["a", "\u00e9", "c"])", Answer::yes},
    {R"("abc".split("", 2) == ["a", "bc"])", Answer::yes},
    {R"("".split("") == [])", Answer::yes},
    {R"("".split(",") == [""])", Answer::yes},
    {R"(["a", "b"].join("-") == "a-b")", Answer::yes},
    {R"(["a", "b"].join() == "ab")", Answer::yes},
    {R"([dyn(1)].join("-") == "1")", Answer::failed},
    {R"(base64.encode(b"hello") == "aGVsbG8=")", Answer::yes},
    {R"(base64.decode("aGVsbG8=") == b"hello")", Answer::yes},
    {R"(base64.decode("aGVsbG8") == b"hello")", Answer::yes},
    {R"(base64.decode("aGVsbG8==") == b"hello")", Answer::failed},
    {R"(base64.decode("a!") == b"")", Answer::failed},
};

const std::vector<Case> patterns{
    {R"(name.matches("^c.u$"))", Answer::yes},
    {R"(matches(name, "p"))", Answer::yes},
    {R"(name.matches("(?i)CPU"))", Answer::yes},
    {R"(name.matches("x"))", Answer::no},
    {R"(fields.s.matches(r"^\w+$"))", Answer::yes},
    {R"(name.matches(tags.host + "|c"))", Answer::yes},
    {R"(name.matches(fields.s + "["))", Answer::failed},
    {R"(fields.i.matches("5"))", Answer::failed},
};

const std::vector<Case> conversions{
    {R"(int("+5") == 5)", Answer::yes},
    {R"(int(5.9) == 5 && int(-5.9) == -5)", Answer::yes},
    {R"(int(7u) == 7)", Answer::yes},
    {R"(int(time) == 1700000000)", Answer::yes},
    {R"(int(duration("1.5s")) == 1500000000)", Answer::yes},
    {R"(int(fields.s) == 1)", Answer::failed},
    {R"(uint(fields.f) == 2u)", Answer::yes},
    {R"(uint(-fields.i) == 0u)", Answer::failed},
    {R"(double("1e3") == 1000.0)", Answer::yes},
    {R"(double("0x1p3") == 8.0)", Answer::yes},
    {R"(double("1_000") == 1000.0)", Answer::yes},
    {R"(double("-inf") < -1e300)", Answer::yes},
    {R"(double(fields.s) == 1.0)", Answer::failed},
    {R"(string(1.0) == "1")", Answer::yes},
    {R"(string(1234567.0) == "1.234567e+06")", Answer::yes},
    {R"(string(0.0001) == "0.0001")", Answer::yes},
    {R"(string(1e-7) == "1e-07")", Answer::yes},
    {R"(string(-0.0) == "-0")", Answer::yes},
    {R"(string(1.0 / 0.0) == "+Inf")", Answer::yes},
    {R"(string(0.0 / 0.0) == "NaN")", Answer::yes},
    {R"(string(true) + string(5u) + string(-3) == "true5-3")", Answer::yes},
    {R"(string(time) == "2023-11-14T22:13:20.123456789Z")", Answer::yes},
    {R"(string(timestamp("2023-11-14T22:13:20.500Z")) == "2023-11-14T22:13:20.5Z")", Answer::yes},
    {R"(string(duration("90m")) == "5400s")", Answer::yes},
    {R"(string(duration("1.5s")) == "1.5s")", Answer::yes},
    {R"(string(b"abc") == "abc")", Answer::yes},
    {R"(string(base64.decode("/w==")) == "")", Answer::failed},
    {R"(bool("TRUE") && !bool("0"))", Answer::yes},
    {R"(bool(fields.s))", Answer::failed},
    {R"(bytes("a") == b"a")", Answer::yes},
    {R"(timestamp(fields.i) == timestamp("1970-01-01T00:00:05Z"))", Answer::yes},
    {R"(timestamp(fields.s) == time)", Answer::failed},
    {R"(duration(fields.s) == duration("1s"))", Answer::failed},
};

const std::vector<Case> times{
    {R"(time > timestamp("2023-11-14T22:13:20Z"))", Answer::yes},
    {R"(time - duration("1h") == timestamp("2023-11-14T21:13:20.123456789Z"))", Answer::yes},
    {R"(duration("1h") + time > time)", Answer::yes},
    {R"(time - timestamp("2023-11-14T22:13:20Z") == duration("123456789ns"))", Answer::yes},
    {R"(duration("1h30m") + duration("-90m") == duration("0s"))", Answer::yes},
    {R"(duration("1s") < duration("1001ms"))", Answer::yes},
    {R"(timestamp("1969-12-31T23:59:59.5Z") + duration("600ms") == timestamp("1970-01-01T00:00:00.1Z"))",
     Answer::yes},
    {R"(timestamp("1969-12-31T23:59:59.5Z").getMilliseconds() == 500)", Answer::yes},
    {R"(timestamp("2023-11-14T22:13:22+01:00") == timestamp("2023-11-14T21:13:22Z"))", Answer::yes},
    {R"(timestamp("9999-12-31T23:59:59Z") + duration("1s") > time)", Answer::failed},
    {R"(timestamp("9999-12-31T23:59:59Z") - timestamp("0001-01-01T00:00:00Z") > duration("1s"))",
     Answer::failed},
    {R"(time.getFullYear() == 2023 && time.getMonth() == 10 && time.getDate() == 14)", Answer::yes},
    {R"(time.getDayOfMonth() == 13 && time.getDayOfWeek() == 2 && time.getDayOfYear() == 317)",
     Answer::yes},
    {R"(time.getHours() == 22 && time.getMinutes() == 13 && time.getSeconds() == 20)", Answer::yes},
    {R"(time.getMilliseconds() == 123)", Answer::yes},
    {R"(time.getHours("America/New_York") == 17)", Answer::yes},
    {R"(time.getDate("Asia/Tokyo") == 15)", Answer::yes},
    {R"(time.getHours("+02:00") == 0)", Answer::yes},
    {R"(time.getMinutes("-02:30") == 43)", Answer::yes},
    {R"(time.getHours(fields.s) == 1)", Answer::failed},
    {R"(time.getHours("+0" + string(fields.i) + ":00") == 3)", Answer::yes},
    {R"(duration("-90s").getMinutes() == -1)", Answer::yes},
    {R"(duration("1.5s").getMilliseconds() == 1500)", Answer::yes},
    {R"(duration("1h30m").getHours() == 1 && duration("90s").getSeconds() == 90)", Answer::yes},
};

const std::vector<Case> mathematics{
    {R"(math.greatest(1, 2) == 2)", Answer::yes},
    {R"(math.greatest([1, 2.5]) == 2.5)", Answer::yes},
    {R"(math.greatest(1, 2.5, 3u) == 3u)", Answer::yes},
    {R"(math.greatest(fields.i, fields.f) == 5)", Answer::yes},
    {R"(math.least([fields.i, fields.f, 9]) == 2.5)", Answer::yes},
    {R"(math.least(5, 5.0) == 5)", Answer::yes},
    {R"(math.greatest(0.0 / 0.0, 1.0) == 1.0)", Answer::failed},
    {R"(math.greatest(fields.s, 1) == 1)", Answer::failed},
    {R"(math.greatest(dyn([])) == 1)", Answer::failed},
    {R"(math.abs(-5) == 5 && math.abs(-5.5) == 5.5 && math.abs(5u) == 5u)", Answer::yes},
    {R"(math.abs(-9223372036854775808) > 0)", Answer::failed},
    {R"(math.ceil(1.2) == 2.0 && math.floor(-1.5) == -2.0)", Answer::yes},
    {R"(math.round(2.5) == 3.0 && math.round(-2.5) == -3.0 && math.trunc(-2.5) == -2.0)",
     Answer::yes},
    {R"(math.sign(-3) == -1 && math.sign(0.0) == 0.0 && math.sign(5u) == 1u)", Answer::yes},
    {R"(math.isNaN(0.0 / 0.0) && math.isInf(1.0 / 0.0) && math.isFinite(fields.f))", Answer::yes},
    {R"(math.isFinite(fields.i))", Answer::failed},
    {R"(math.sqrt(4) == 2.0 && math.isNaN(math.sqrt(-4)))", Answer::yes},
    {R"(math.bitAnd(6, 3) == 2 && math.bitOr(6u, 3u) == 7u && math.bitXor(1, 3) == 2)",
     Answer::yes},
    {R"(math.bitNot(0u) == 18446744073709551615u)", Answer::yes},
    {R"(math.bitShiftLeft(-1, 2) == -4 && math.bitShiftLeft(1, 64) == 0)", Answer::yes},
    {R"(math.bitShiftRight(-1, 60) == 15)", Answer::yes},
    {R"(math.bitShiftRight(1, -1) == 1)", Answer::failed},
};

void expect(const std::vector<Case>& cases) {
  for (const Case& wanted : cases) {
    std::string why;
    EXPECT_TRUE(says(wanted, why)) << wanted.text << "\n" << why;
  }
}

TEST(Library, Positions) { expect(positions); }
TEST(Library, MadeTexts) { expect(madetexts); }
TEST(Library, Patterns) { expect(patterns); }
TEST(Library, Conversions) { expect(conversions); }
TEST(Library, Times) { expect(times); }
TEST(Library, Mathematics) { expect(mathematics); }

}  // namespace
}  // namespace weir::cel
