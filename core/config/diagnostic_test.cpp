#include "core/config/diagnostic.hpp"

#include <gtest/gtest.h>

#include "core/config/reporter.hpp"
#include "core/config/test_catalog.hpp"

namespace weir::config {
namespace {

Diagnostic sample() {
  Diagnostic d;
  d.file = "x.conf";
  d.line = 12;
  d.column = 3;
  d.width = 4;
  d.message = "unknown option \"metrc\"";
  d.hint = "did you mean \"metric\"?";
  d.source = "  metrc = 5";
  return d;
}

TEST(Render, LooksLikeACompiler) {
  EXPECT_EQ(render(sample()),
            "x.conf:12:3: error: unknown option \"metrc\"\n"
            "   12 |   metrc = 5\n"
            "      |   ^~~~\n"
            "      = did you mean \"metric\"?\n");
}

TEST(Render, LeavesOutWhatIsNotThere) {
  Diagnostic d;
  d.severity = Severity::warning;
  d.message = "no inputs found";
  EXPECT_EQ(render(d), "warning: no inputs found\n");
}

TEST(Render, PutsTheCaretUnderItsCharacter) {
  Diagnostic d = sample();
  d.source = "\t\xc3\xbc = 5";
  d.column = 6;
  d.width = 1;
  d.hint.clear();
  EXPECT_EQ(render(d),
            "x.conf:12:6: error: unknown option \"metrc\"\n"
            "   12 | \t\xc3\xbc = 5\n"
            "      | \t    ^\n");
}

TEST(Render, ColoursOnlyWhenAsked) {
  EXPECT_EQ(render(sample()).find('\033'), std::string::npos);
  EXPECT_NE(render(sample(), true).find("\033[1;31merror: \033[0m"), std::string::npos);
}

TEST(RenderJson, IsOneLine) {
  Diagnostic d = sample();
  d.source = "\ta = \"b\"";
  EXPECT_EQ(
      render_json(d),
      "{\"severity\":\"error\",\"file\":\"x.conf\",\"line\":12,\"column\":3,\"width\":4,"
      "\"message\":\"unknown option \\\"metrc\\\"\",\"hint\":\"did you mean \\\"metric\\\"?\","
      "\"source\":\"\\u0009a = \\\"b\\\"\"}");
}

TEST(Reporter, SortsByFileAndPlace) {
  Sources sources;
  Reporter reporter(sources);
  const std::uint32_t first = sources.add("a.conf", "one\ntwo\n");
  const std::uint32_t second = sources.add("b.conf", "three\n");
  reporter.error({}, "whole");
  reporter.error({second, 0, 5}, "third");
  reporter.error({first, 4, 3}, "second");
  reporter.warning({first, 0, 3}, "first");
  EXPECT_EQ(brief(reporter.finish()),
            "1:1: warning: first\n2:1: error: second\n1:1: error: third\nerror: whole\n");
}

// Goal: what must never be shown is not, whenever that becomes known.
TEST(Reporter, HidesSecrets) {
  Sources sources;
  Reporter reporter(sources);
  const std::uint32_t file = sources.add("a.conf", "p = \"hunter2\" x\n");
  reporter.error({file, 14, 1}, "extra");
  reporter.hide({file, 4, 9});
  EXPECT_EQ(reporter.finish().front().source, "p = ********* x");
}

TEST(SourceFile, HidesPasswordsInAddresses) {
  const SourceFile file(
      "a", "u = [\"http://me:secret@host:80/x\", \"http://host:80/a@b\"]\nv = \"tcp://a@b\"");
  EXPECT_EQ(file.shown_line(1), "u = [\"http://me:******@host:80/x\", \"http://host:80/a@b\"]");
  EXPECT_EQ(file.shown_line(2), "v = \"tcp://a@b\"");
}

TEST(SourceFile, ShowsNothingThatUpsetsATerminal) {
  const SourceFile file("a", "a\x1b[31m\xff\tb\r\nc");
  EXPECT_EQ(file.shown_line(1), "a?[31m?\tb");
  EXPECT_EQ(file.shown_line(2), "c");
  EXPECT_EQ(file.shown_line(3), "");
}

TEST(SourceFile, CountsCharacters) {
  const SourceFile file("a", "\xc3\xbc\xe6\x97\xa5x\ny");
  EXPECT_EQ(file.position(5).column, 3U);
  EXPECT_EQ(file.position(7).line, 2U);
  EXPECT_EQ(file.width(0, 5), 2U);
  EXPECT_EQ(file.width(0, 100), 3U);
}

}  // namespace
}  // namespace weir::config
