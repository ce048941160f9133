#include "core/config/describe.hpp"

#include <array>
#include <string_view>
#include <vector>

#include "core/config/schema.hpp"
#include "core/config/text.hpp"
#include "sdk/check/kinds.hpp"

namespace weir::config {
namespace {

struct TypeWord {
  const char *one, *many;
};
constexpr std::array<TypeWord, 11> type_words{{{"value", "values"},
                                               {"string", "strings"},
                                               {"integer", "integers"},
                                               {"number", "numbers"},
                                               {"boolean", "booleans"},
                                               {"duration", "durations"},
                                               {"size", "sizes"},
                                               {"secret", "secrets"},
                                               {"choice", "choices"},
                                               {"table", "tables"},
                                               {"value", "values"}}};
constexpr std::array<const char*, 3> stabilities{"alpha", "beta", "stable"};

bool has(const weir_opt& option, std::uint16_t flag) { return (option.flags & flag) != 0; }
std::string_view text_of(const char* text) { return text == nullptr ? "" : text; }
const char* stability_of(const weir_plugin& plugin) {
  return stabilities[plugin.stability < stabilities.size() ? plugin.stability : 0];
}

std::string joined(const std::vector<std::string>& parts, const std::string& between) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : between) + part;
  return text;
}

// For a cell of a Markdown table.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string code(std::string_view text) { return text.empty() ? "" : '`' + cell(text) + '`'; }

std::vector<std::string> in_code(const std::vector<std::string>& words) {
  std::vector<std::string> out;
  out.reserve(words.size());
  for (const std::string& word : words) out.push_back(code(word));
  return out;
}

std::string meaning(const weir_opt& option) {
  std::vector<std::string> parts{cell(text_of(option.doc))};
  if (option.n_choices > 0) parts.push_back("One of " + joined(in_code(choices_of(option)), ", "));
  if (option.range != nullptr) parts.push_back("Range " + code(option.range));
  if (has(option, WEIR_CF_REQUIRED)) parts.emplace_back("Required");
  if (has(option, WEIR_CF_WORDS)) parts.emplace_back("An item may be a list of words");
  if (has(option, WEIR_CF_DEPRECATED)) parts.emplace_back("Deprecated");
  const std::vector<std::string> aliases = aliases_of(option);
  if (!aliases.empty()) parts.push_back("Old name " + joined(in_code(aliases), ", "));
  return joined(parts, ". ");
}

// The table of the options, then one of each table among them.
void markdown_table(const Options& options, const std::string& path, std::string& out) {
  if (options.empty()) return;
  if (!path.empty()) out += "\n## `" + path + "`\n";
  out += "\n| option | type | default | meaning |\n|---|---|---|---|\n";
  for (const weir_opt* option : options) {
    out += "| " + code(option->name) + " | " + type_text(*option) + " | " +
           code(text_of(option->def)) + " | " + meaning(*option) + " |\n";
  }
  for (const weir_opt* option : options) {
    const std::string below = (path.empty() ? "" : path + '.') + option->name;
    markdown_table(children_of(*option), below, out);
  }
}

std::string json_list(const std::vector<std::string>& words) {
  std::vector<std::string> quoted;
  quoted.reserve(words.size());
  for (const std::string& word : words) quoted.push_back(json_quote(word));
  return '[' + joined(quoted, ",") + ']';
}

void json_text(std::string& out, const char* key, std::string_view text) {
  out += std::string(",\"") + key + "\":" + json_quote(text);
}
void json_flag(std::string& out, const char* key, bool flag) {
  if (flag) out += std::string(",\"") + key + "\":true";
}

std::string json_options(const Options& options);

std::string json_option(const weir_opt& option) {
  std::string out = "{\"name\":" + json_quote(option.name);
  json_text(out, "type", type_words[option.type < type_words.size() ? option.type : 0].one);
  json_flag(out, "list", has(option, WEIR_CF_LIST));
  json_flag(out, "map", has(option, WEIR_CF_MAP));
  json_flag(out, "required", has(option, WEIR_CF_REQUIRED));
  json_flag(out, "advanced", has(option, WEIR_CF_ADVANCED));
  json_flag(out, "words", has(option, WEIR_CF_WORDS));
  json_flag(out, "deprecated", has(option, WEIR_CF_DEPRECATED));
  if (option.def != nullptr) json_text(out, "default", option.def);
  if (option.range != nullptr) json_text(out, "range", option.range);
  if (option.n_choices > 0) out += ",\"choices\":" + json_list(choices_of(option));
  if (option.aliases != nullptr) out += ",\"old_names\":" + json_list(aliases_of(option));
  json_text(out, "doc", text_of(option.doc));
  if (option.n_children > 0) out += ",\"options\":" + json_options(children_of(option));
  return out + '}';
}

std::string json_options(const Options& options) {
  std::vector<std::string> parts;
  for (const weir_opt* option : options) parts.push_back(json_option(*option));
  return '[' + joined(parts, ",") + ']';
}

std::string json_metrics(const weir_plugin& plugin) {
  std::vector<std::string> parts;
  for (const weir_metric_decl* const* m = plugin.metrics; m != nullptr && *m != nullptr; ++m) {
    std::string one = "{\"name\":" + json_quote(text_of((*m)->name));
    json_text(one, "type", (*m)->type == WEIR_COUNTER ? "counter" : "gauge");
    json_text(one, "unit", text_of((*m)->unit));
    json_text(one, "doc", text_of((*m)->doc));
    parts.push_back(one + '}');
  }
  return '[' + joined(parts, ",") + ']';
}

}  // namespace

std::string type_text(const weir_opt& option) {
  const TypeWord& word = type_words[option.type < type_words.size() ? option.type : 0];
  const bool list = has(option, WEIR_CF_LIST);
  if (has(option, WEIR_CF_MAP)) {
    return std::string("table of ") + (list ? "lists of " : "") + word.many + " by name";
  }
  return (list ? "list of " : "") + std::string(list ? word.many : word.one);
}

std::string describe_markdown(const weir_plugin& plugin) {
  const std::string name = std::string(check::kind_folder(plugin.kind)) + '.' + plugin.name;
  std::string out = "# " + name + "\n\n" + std::string(text_of(plugin.summary)) + '\n';
  const std::string_view doc = text_of(plugin.doc);
  if (!doc.empty()) out += '\n' + std::string(doc) + '\n';
  out += "\nVersion " + std::string(text_of(plugin.version)) + ", " + stability_of(plugin) + ".\n";
  markdown_table(options_of(plugin), "", out);
  return out;
}

std::string describe_json(const weir_plugin& plugin) {
  std::string out = "{\"kind\":" + json_quote(check::kind_folder(plugin.kind));
  json_text(out, "name", text_of(plugin.name));
  json_text(out, "version", text_of(plugin.version));
  json_text(out, "stability", stability_of(plugin));
  json_text(out, "summary", text_of(plugin.summary));
  json_text(out, "doc", text_of(plugin.doc));
  json_flag(out, "takes_data_format", (plugin.flags & (WEIR_EMITS_RAW | WEIR_WANTS_BYTES)) != 0);
  out += ",\"options\":" + json_options(options_of(plugin));
  return out + ",\"metrics\":" + json_metrics(plugin) + '}';
}

}  // namespace weir::config
