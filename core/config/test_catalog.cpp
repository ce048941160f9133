#include "core/config/test_catalog.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

namespace weir::config {
namespace {

struct FileInput {
  std::vector<std::string> files;
  std::string file_tag, character_encoding, file_path_tag;
  static constexpr auto options = std::tuple{
      weir::opt{"files", &FileInput::files, "[]", "Files to read"}.required(),
      weir::opt{"file_tag", &FileInput::file_tag, "\"\"", "Tag with the file's name"},
      weir::opt{"file_path_tag", &FileInput::file_path_tag, "\"\"", "Tag with the file's path"},
      weir::opt{"character_encoding", &FileInput::character_encoding, "\"\"",
                "Encoding of the files"}};
};

struct MemInput {
  bool collect_extended{false};
  static constexpr auto options = std::tuple{
      weir::opt{"collect_extended", &MemInput::collect_extended, "false", "More fields"}};
};

struct ExecLike {
  std::string data_format;
  static constexpr auto options =
      std::tuple{weir::opt{"data_format", &ExecLike::data_format, "\"json\"", "Format"}};
};

struct Override {
  std::string name_suffix;
  weir::map<std::string> tags;
  static constexpr auto options =
      std::tuple{weir::opt{"name_suffix", &Override::name_suffix, "\"\"", "Behind the name"},
                 weir::opt{"tags", &Override::tags, nullptr, "Tags to set"}};
};

struct Csv {
  std::int64_t csv_header_row_count{0};
  static constexpr auto options = std::tuple{
      weir::opt{"csv_header_row_count", &Csv::csv_header_row_count, "0", "Lines of headers"}};
};

struct JsonParser {
  std::vector<std::string> json_string_fields;
  static constexpr auto options = std::tuple{weir::opt{
      "json_string_fields", &JsonParser::json_string_fields, "[]", "Fields that are strings"}};
};

struct InfluxSerializer {
  bool influx_sort_fields{false}, influx_uint_support{false};
  static constexpr auto options =
      std::tuple{weir::opt{"influx_sort_fields", &InfluxSerializer::influx_sort_fields, "false",
                           "In the order of keys"},
                 weir::opt{"influx_uint_support", &InfluxSerializer::influx_uint_support, "false",
                           "Unsigned integers"}};
};

struct JsonSerializer {
  weir::duration json_timestamp_units{};
  static constexpr auto options =
      std::tuple{weir::opt{"json_timestamp_units", &JsonSerializer::json_timestamp_units, "\"1s\"",
                           "Unit of the timestamp"}};
};

template <typename T>
const weir_opt* const* list() {
  return weir::detail::schema<T>::list.data();
}

weir_plugin made(std::uint16_t kind, const char* name, const weir_opt* const* opts,
                 std::uint32_t flags) {
  weir_plugin plugin{};
  plugin.size = sizeof plugin;
  plugin.kind = kind;
  plugin.stability = 2;
  plugin.flags = flags;
  plugin.name = name;
  plugin.version = "1.0";
  plugin.summary = "For tests";
  plugin.doc = "Does nothing.";
  plugin.opts = opts;
  return plugin;
}

const std::vector<weir_plugin>& plugins() {
  static const std::vector<weir_plugin> all{
      made(WEIR_INPUT, "file", list<FileInput>(), WEIR_EMITS_RAW),
      made(WEIR_INPUT, "mem", list<MemInput>(), 0),
      made(WEIR_INPUT, "probe", list<Probe>(), 0),
      made(WEIR_INPUT, "exec_like", list<ExecLike>(), WEIR_EMITS_RAW),
      made(WEIR_OUTPUT, "file", list<FileInput>(), WEIR_WANTS_BYTES),
      made(WEIR_OUTPUT, "discard", nullptr, 0),
      made(WEIR_PROCESSOR, "override", list<Override>(), 0),
      made(WEIR_PROCESSOR, "both", nullptr, WEIR_EMITS_RAW | WEIR_WANTS_BYTES),
      made(WEIR_AGGREGATOR, "minmax", nullptr, 0),
      made(WEIR_PARSER, "influx", nullptr, 0),
      made(WEIR_PARSER, "csv", list<Csv>(), 0),
      made(WEIR_PARSER, "json", list<JsonParser>(), 0),
      made(WEIR_SERIALIZER, "influx", list<InfluxSerializer>(), 0),
      made(WEIR_SERIALIZER, "json", list<JsonSerializer>(), 0)};
  return all;
}

}  // namespace

PluginCatalog::Found TestCatalog::find(std::uint16_t kind, const std::string& name) {
  static constexpr std::array<std::string_view, 7> sections{
      "", "inputs", "processors", "aggregators", "outputs", "parsers", "serializers"};
  asked.push_back(std::string(sections[kind]) + '.' + name);
  if (name == "broken") return {nullptr, "it is not an ELF file", false};
  const auto found = std::find_if(
      plugins().begin(), plugins().end(),
      [&](const weir_plugin& plugin) { return plugin.kind == kind && plugin.name == name; });
  if (found == plugins().end()) {
    return {nullptr, "looked in /plugins/" + std::string(sections[kind]), true};
  }
  return {&*found, "", false};
}

std::vector<std::string> TestCatalog::names(std::uint16_t kind) {
  std::vector<std::string> names;
  for (const weir_plugin& plugin : plugins()) {
    if (plugin.kind == kind) names.emplace_back(plugin.name);
  }
  return names;
}

LoadOptions test_options() {
  LoadOptions options;
  options.hostname = "machine";
  options.require_inputs = false;
  options.require_outputs = false;
  return options;
}

LoadResult load_text(const std::string& text, const LoadOptions* options) {
  TestCatalog catalog;
  return load_texts({{"x.conf", text}}, options == nullptr ? test_options() : *options, catalog);
}

std::string brief(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& d : diagnostics) {
    if (d.line != 0) text += std::to_string(d.line) + ':' + std::to_string(d.column) + ": ";
    text += (d.severity == Severity::error ? "error: " : "warning: ") + d.message + '\n';
    if (!d.hint.empty()) text += "= " + d.hint + '\n';
  }
  return text;
}

}  // namespace weir::config
