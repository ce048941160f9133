#include "core/config/sample.hpp"

#include <gtest/gtest.h>

#include "core/config/describe.hpp"
#include "core/config/test_catalog.hpp"

namespace weir::config {
namespace {

const weir_plugin& plugin(std::uint16_t kind, const char* name) {
  TestCatalog catalog;
  return *catalog.find(kind, name).descriptor;
}

// Indented comments become options: every default must be one that loads.
std::string uncommented(const std::string& text) {
  std::string out, line;
  for (const char c : text + "\n") {
    if (c != '\n') {
      line += c;
      continue;
    }
    const std::size_t hash = line.find_first_not_of(' ');
    if (hash != 0 && hash != std::string::npos && line.substr(hash, 2) == "# ") line.erase(hash, 2);
    out += line + '\n';
    line.clear();
  }
  return out;
}

TEST(Sample, OfAPluginShowsItsOptions) {
  EXPECT_EQ(sample_plugin(plugin(WEIR_INPUT, "file"), false),
            "## For tests\n"
            "[[inputs.file]]\n"
            "  ## Format of the data; the options of the format stand here too\n"
            "  # data_format = \"influx\"\n"
            "  ## Files to read\n"
            "  files = []\n"
            "  ## Tag with the file's name\n"
            "  # file_tag = \"\"\n"
            "  ## Tag with the file's path\n"
            "  # file_path_tag = \"\"\n"
            "  ## Encoding of the files\n"
            "  # character_encoding = \"\"\n");
  EXPECT_EQ(sample_plugin(plugin(WEIR_OUTPUT, "discard"), true),
            "# ## For tests\n# [[outputs.discard]]\n");
}

TEST(Sample, OfTablesStandsBelow) {
  const std::string text = sample_plugin(plugin(WEIR_INPUT, "probe"), false);
  EXPECT_NE(text.find("  ## How to work\n  ## One of \"fast\", \"slow\"\n  # mode = \"fast\"\n"),
            std::string::npos)
      << text;
  EXPECT_NE(
      text.find(
          "\n  # [[inputs.probe.rules]]\n    ## A regular expression\n    # pattern = \"\"\n"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("  # [inputs.probe.headers]\n    # name = \"\"\n"), std::string::npos)
      << text;
  EXPECT_EQ(text.find("No longer used"), std::string::npos);
}

TEST(Sample, LoadsWithoutAWord) {
  TestCatalog catalog;
  SampleOptions options;
  options.inputs = {"mem", "probe"};
  options.outputs = {"file"};
  const std::string text = sample_config(options, catalog);
  const LoadResult result = load_text(text);
  EXPECT_EQ(brief(result.diagnostics), "") << text;
  const Settings settings = result.settings.value_or(Settings{});
  EXPECT_EQ(settings.inputs.size(), 2U);
  EXPECT_EQ(settings.outputs.size(), 1U);
  EXPECT_TRUE(settings.processors.empty());
}

TEST(Sample, ShowsDefaultsThatLoad) {
  TestCatalog catalog;
  SampleOptions options;
  options.inputs = catalog.names(WEIR_INPUT);
  options.outputs = catalog.names(WEIR_OUTPUT);
  options.processors = catalog.names(WEIR_PROCESSOR);
  options.aggregators = catalog.names(WEIR_AGGREGATOR);
  const std::string text = uncommented(sample_config(options, catalog));
  const LoadResult result = load_text(text);
  std::string errors;
  for (const Diagnostic& d : result.diagnostics) errors += render(d);
  EXPECT_EQ(errors, "") << text;
}

TEST(Sample, TakesSectionsThatAreAskedFor) {
  TestCatalog catalog;
  SampleOptions options;
  options.sections = {"agent", "processors"};
  const std::string text = sample_config(options, catalog);
  EXPECT_NE(text.find("[agent]"), std::string::npos);
  EXPECT_NE(text.find("# [[processors.override]]"), std::string::npos);
  EXPECT_EQ(text.find("[global_tags]"), std::string::npos);
  EXPECT_EQ(text.find("inputs."), std::string::npos);
}

TEST(Describe, WritesATableForEachLevel) {
  const std::string text = describe_markdown(plugin(WEIR_INPUT, "probe"));
  EXPECT_EQ(
      text.find(
          "# inputs.probe\n\nFor tests\n\nDoes nothing.\n\nVersion 1.0, stable.\n\n| option |"),
      0U)
      << text;
  EXPECT_NE(text.find("| `count` | integer | `3` | How many. Range `0..10` |\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("| `timeout` | duration | `\"5s\"` | How long to wait. Range `\"1ms\"..`. "
                      "Old name `response_timeout` |\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("| `groups` | table of lists of strings by name |  | Names by group |\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\n## `rules`\n\n| option |"), std::string::npos) << text;
  EXPECT_NE(text.find("| `pattern` | string |  | A regular expression. Required |\n"),
            std::string::npos)
      << text;
}

TEST(Describe, WritesJson) {
  EXPECT_EQ(describe_json(plugin(WEIR_PROCESSOR, "override")),
            "{\"kind\":\"processors\",\"name\":\"override\",\"version\":\"1.0\",\"stability\":"
            "\"stable\",\"summary\":\"For tests\","
            "\"doc\":\"Does "
            "nothing.\",\"options\":[{\"name\":\"name_suffix\",\"type\":\"string\",\"default\":"
            "\"\\\"\\\"\","
            "\"doc\":\"Behind the "
            "name\"},{\"name\":\"tags\",\"type\":\"string\",\"map\":true,\"doc\":\"Tags to "
            "set\"}],\"metrics\":[]}");
}

}  // namespace
}  // namespace weir::config
