#include "core/config/sample.hpp"

#include <algorithm>
#include <string_view>

#include "core/config/agent.hpp"
#include "core/config/schema.hpp"
#include "core/config/text.hpp"
#include "sdk/check/kinds.hpp"

namespace weir::config {
namespace {

constexpr const char* preface =
    "# Configuration of the Weir agent, in the format of Telegraf's.\n"
    "# A line that begins with # is a comment; the values shown are the defaults.\n";

bool has(const weir_opt& option, std::uint16_t flag) { return (option.flags & flag) != 0; }

bool is_table(const weir_opt& option) {
  return option.type == WEIR_C_TABLE || has(option, WEIR_CF_MAP);
}

// What to write for an option without a default.
std::string placeholder(const weir_opt& option) {
  if (has(option, WEIR_CF_LIST)) return "[]";
  switch (option.type) {
    case WEIR_C_INT: return "0";
    case WEIR_C_FLOAT: return "0.0";
    case WEIR_C_BOOL: return "false";
    case WEIR_C_DURATION: return "\"0s\"";
    default: return "\"\"";
  }
}

// Lines of the sample with the right indent.
class Writer {
 public:
  explicit Writer(std::string prefix) : prefix_(std::move(prefix)) {}

  void line(int depth, const std::string& text) {
    out_ += prefix_ + std::string(static_cast<std::size_t>(depth) * 2, ' ') + text + '\n';
  }
  void comment(int depth, std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      line(depth, "## " + std::string(text.substr(0, end)));
      text.remove_prefix(std::min(text.size(), end + 1));
    }
  }
  void blank() { out_ += prefix_.empty() ? "\n" : "#\n"; }
  std::string take() { return std::move(out_); }

 private:
  std::string prefix_, out_;
};

void notes(Writer& writer, int depth, const weir_opt& option) {
  if (option.doc != nullptr) writer.comment(depth, option.doc);
  std::string choices;
  for (const std::string& choice : choices_of(option)) {
    choices += (choices.empty() ? "One of " : ", ") + quote(choice);
  }
  writer.comment(depth, choices);
  if (option.range != nullptr) writer.comment(depth, "Range " + std::string(option.range));
}

void options(Writer& writer, const Options& all, const std::string& path, int depth, bool active);

void scalar(Writer& writer, const weir_opt& option, int depth, bool active) {
  notes(writer, depth, option);
  const std::string value = option.def == nullptr ? placeholder(option) : option.def;
  const bool needed = active && has(option, WEIR_CF_REQUIRED);
  writer.line(depth, (needed ? "" : "# ") + std::string(option.name) + " = " + value);
}

void table(Writer& writer, const weir_opt& option, const std::string& path, int depth) {
  const std::string name = path + '.' + option.name;
  const bool list = has(option, WEIR_CF_LIST) && !has(option, WEIR_CF_MAP);
  writer.blank();
  notes(writer, depth, option);
  writer.line(depth, list ? "# [[" + name + "]]" : "# [" + name + ']');
  if (!has(option, WEIR_CF_MAP)) {
    options(writer, children_of(option), name, depth + 1, false);
  } else {
    writer.line(depth + 1, "# name = " + placeholder(option));
  }
}

void options(Writer& writer, const Options& all, const std::string& path, int depth, bool active) {
  for (const weir_opt* option : all) {
    if (!is_table(*option) && !has(*option, WEIR_CF_DEPRECATED)) {
      scalar(writer, *option, depth, active);
    }
  }
  for (const weir_opt* option : all) {
    if (is_table(*option) && !has(*option, WEIR_CF_DEPRECATED)) table(writer, *option, path, depth);
  }
}

bool declares_format(const Options& all) {
  return std::any_of(all.begin(), all.end(), [](const weir_opt* option) {
    return option->name == std::string_view("data_format");
  });
}

void section(Writer& writer, const std::string& name, const std::vector<KeyDoc>& docs) {
  writer.blank();
  writer.line(0, '[' + name + ']');
  for (const KeyDoc& doc : docs) {
    writer.comment(1, doc.doc);
    writer.line(1, std::string("# ") + doc.name + " = " + doc.def);
  }
}

std::string global_sections(const std::vector<std::string>& wanted) {
  const auto want = [&wanted](const char* name) {
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
  };
  Writer writer("");
  if (want("global_tags")) {
    writer.blank();
    writer.line(0, "[global_tags]");
    writer.comment(1, "Tags of every metric; \"$NAME\" is an environment variable");
    writer.line(1, "# datacentre = \"north\"");
  }
  if (want("agent")) section(writer, "agent", agent_docs());
  if (want("weir")) section(writer, "weir", weir_docs());
  return writer.take();
}

std::string plugins(std::uint16_t kind, const std::vector<std::string>& active,
                    PluginCatalog& catalog) {
  std::vector<std::string> names = active.empty() ? catalog.names(kind) : active;
  std::sort(names.begin(), names.end());
  std::string text;
  for (const std::string& name : names) {
    const PluginCatalog::Found found = catalog.find(kind, name);
    if (found.descriptor != nullptr) {
      text += '\n' + sample_plugin(*found.descriptor, active.empty());
    }
  }
  return text;
}

}  // namespace

std::string sample_plugin(const weir_plugin& plugin, bool commented) {
  Writer writer(commented ? "# " : "");
  const std::string path = std::string(check::kind_folder(plugin.kind)) + '.' + plugin.name;
  const Options all = options_of(plugin);
  if (plugin.summary != nullptr) writer.comment(0, plugin.summary);
  writer.line(0, "[[" + path + "]]");
  const bool format = (plugin.flags & (WEIR_EMITS_RAW | WEIR_WANTS_BYTES)) != 0;
  if (format && !declares_format(all)) {
    writer.comment(1, "Format of the data; the options of the format stand here too");
    writer.line(1, "# data_format = \"influx\"");
  }
  options(writer, all, path, 1, !commented);
  return writer.take();
}

std::string sample_config(const SampleOptions& options, PluginCatalog& catalog) {
  struct Kind {
    std::uint16_t kind;
    const std::vector<std::string>* active;
  };
  std::string text = preface + global_sections(options.sections);
  for (const auto& [kind, active] :
       {Kind{WEIR_OUTPUT, &options.outputs}, Kind{WEIR_PROCESSOR, &options.processors},
        Kind{WEIR_AGGREGATOR, &options.aggregators}, Kind{WEIR_INPUT, &options.inputs}}) {
    const std::string name(check::kind_folder(kind));
    const auto& wanted = options.sections;
    const bool want =
        wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
    if (want) text += plugins(kind, *active, catalog);
  }
  return text;
}

}  // namespace weir::config
