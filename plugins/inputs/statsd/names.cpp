#include "plugins/inputs/statsd/names.hpp"

#include <algorithm>

#include <weir/error.hpp>

namespace weir::statsd {
namespace {

constexpr std::string_view blanks = " \t\n\v\f\r";
constexpr const char* metric_types[] = {"gauge",  "counter",   "set",
                                        "timing", "histogram", "distribution"};

// Cuts the text before the separator off; all of it where there is none.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

bool is_allowed(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-.;=").find(c) != std::string_view::npos;
}

// As statsd itself does.
std::string sanitized(std::string_view name) {
  std::string out;
  bool in_blanks = false;
  for (const char c : name) {
    const bool blank = c != '\v' && blanks.find(c) != std::string_view::npos;
    if (blank && !in_blanks) out += '_';
    in_blanks = blank;
    if (c == '/') {
      out += '-';
    } else if (is_allowed(c)) {
      out += c;
    }
  }
  return out;
}

std::string_view first_word(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_first_of(blanks));
}

void replace_all(std::string& text, char what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, 1, by);
    at += by.size();
  }
}

// "key=value,key=value" as in line protocol; what has no key is left out.
void add_bucket_tags(std::string_view text, Tags& tags) {
  while (!text.empty()) {
    std::string_view value = take_until(text, ',');
    if (value.find('=') == std::string_view::npos) continue;
    const std::string_view key = take_until(value, '=');
    if (!key.empty()) tag_of(tags, key) = value;
  }
}

void add_extra(std::string_view extra, Tags& tags) {
  while (!extra.empty()) {
    const std::string_view part = take_until(extra, '|');
    if (part.front() == '#') {
      add_datadog_tags(part.substr(1), tags);
    } else {
      tag_of(tags, "container") = part.substr(2);
    }
  }
}

bool wants_sanitizing(const std::string& method) {
  if (!method.empty() && method != "upstream") {
    throw config_error("sanitize_name_method",
                       "\"" + method + "\" is unknown; use \"upstream\", or \"\" for none");
  }
  return !method.empty();
}

}  // namespace

std::string& tag_of(Tags& tags, std::string_view key) {
  const auto at =
      std::find_if(tags.begin(), tags.end(), [&](const auto& tag) { return tag.first == key; });
  if (at != tags.end()) return at->second;
  return tags.emplace_back(key, std::string()).second;
}

void add_datadog_tags(std::string_view text, Tags& tags) {
  while (!text.empty()) {
    std::string_view value = take_until(text, ',');
    const std::string_view key = take_until(value, ':');
    if (!key.empty()) tag_of(tags, key) = value.empty() ? std::string_view("true") : value;
  }
}

Names::Names(const NameSettings& settings)
    : templates_(settings.templates, settings.separator),
      sanitize_(wants_sanitizing(settings.sanitize)),
      convert_(settings.convert),
      temporality_(settings.temporality) {}

bool Names::resolve(std::string_view bucket, Type type, std::string_view extra,
                    Identity& out) const {
  std::string_view own_tags = bucket;
  const std::string_view sent = take_until(own_tags, ',');
  const std::string name = sanitize_ ? sanitized(sent) : std::string(sent);
  const std::string_view word = first_word(name);
  common::BucketTemplates::Meaning meaning;
  if (!word.empty()) meaning = templates_.apply(word);
  if (convert_) {
    replace_all(meaning.measurement, '.', "_");
    replace_all(meaning.measurement, '-', "__");
  }
  out.name = std::move(meaning.measurement);
  out.field = meaning.field.empty() ? "value" : std::move(meaning.field);
  out.tags.clear();
  add_bucket_tags(own_tags, out.tags);
  for (auto& [key, value] : meaning.tags) tag_of(out.tags, key) = std::move(value);
  tag_of(out.tags, "metric_type") = metric_types[static_cast<std::size_t>(type)];
  if (type == Type::counter && !temporality_.empty()) {
    tag_of(out.tags, "temporality") = temporality_;
  }
  add_extra(extra, out.tags);
  std::sort(out.tags.begin(), out.tags.end());
  return !out.name.empty();
}

}  // namespace weir::statsd
