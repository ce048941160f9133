#include "plugins/common/bucket_templates/bucket_templates.hpp"

#include <algorithm>
#include <utility>

#include <weir/error.hpp>

namespace weir::common {
namespace {

constexpr const char* default_separator = ".";
constexpr std::string_view any_part = "*";
constexpr std::string_view blanks = " \t\r\n\v\f";

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + separator.size());
  }
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (;;) {
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_of(blanks), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

// Appends to what a key has already.
void join(std::string& to, std::string_view joiner, std::string_view part, bool first) {
  if (!first) to += joiner;
  to += part;
}

using Tags = std::vector<std::pair<std::string, std::string>>;
void add_tag(Tags& tags, std::string_view key, std::string_view value, std::string_view joiner) {
  const auto at =
      std::find_if(tags.begin(), tags.end(), [&](const auto& tag) { return tag.first == key; });
  if (at == tags.end()) {
    tags.emplace_back(key, value);
  } else {
    join(at->second, joiner, value, false);
  }
}

}  // namespace

struct BucketTemplates::Template {
  std::string separator, filter;
  std::vector<std::string> parts;
  Tags tags;

  Meaning apply(std::string_view name, std::string_view joiner) const {
    const Parts values = split(name, separator);
    Collected all;
    all.meaning.tags = tags;
    for (std::size_t i = 0; i < std::min(parts.size(), values.size()); ++i) {
      const bool greedy = parts[i] == "measurement*" || parts[i] == "field*";
      const std::size_t end = greedy ? values.size() : i + 1;
      for (std::size_t v = i; v < end; ++v) all.put(parts[i], values[v], joiner);
    }
    return std::move(all.meaning);
  }

 private:
  struct Collected {
    void put(const std::string& part, std::string_view value, std::string_view joiner) {
      if (part == "measurement" || part == "measurement*") {
        join(meaning.measurement, joiner, value, std::exchange(first_measurement, false));
      } else if (part == "field" || part == "field*") {
        join(meaning.field, joiner, value, std::exchange(first_field, false));
      } else if (!part.empty()) {
        add_tag(meaning.tags, part, value, joiner);
      }
    }
    Meaning meaning{};
    bool first_measurement = true, first_field = true;
  };
};

BucketTemplates::BucketTemplates(const std::vector<std::string>& templates, std::string joiner)
    : joiner_(std::move(joiner)), filter_separator_(default_separator) {
  std::vector<Template> all;
  for (std::size_t i = 0; i < templates.size(); ++i) {
    if (words_of(templates[i]).empty()) continue;
    all.push_back(parse(templates[i], "templates[" + std::to_string(i) + "]"));
  }
  // Of templates for one filter the last counts: the longest.
  std::stable_sort(all.begin(), all.end(), [](const Template& a, const Template& b) {
    if (a.filter.empty() != b.filter.empty()) return a.filter.empty();
    return a.parts.size() < b.parts.size();
  });
  add({default_separator, {}, {"measurement*"}, {}});
  for (const Template& made : all) add(made);
}
BucketTemplates::~BucketTemplates() = default;

BucketTemplates::Template BucketTemplates::parse(const std::string& text,
                                                 const std::string& option) {
  std::vector<std::string> words = words_of(text);
  const auto refuse = [&](const std::string& why) {
    throw config_error(option, "\"" + text + "\" " + why);
  };
  Template made;
  made.separator = default_separator;
  const bool has_tags = words.size() > 1 && words.back().find('=') != std::string::npos;
  if (has_tags) {
    for (const std::string_view tag : split(words.back(), ",")) {
      const std::size_t equals = tag.find('=');
      if (equals == std::string_view::npos) refuse("has a tag without a value: write tag=value");
      add_tag(made.tags, tag.substr(0, equals), tag.substr(equals + 1), {});
    }
    words.pop_back();
  }
  if (words.size() > 3) refuse("has too many parts: [separator] [filter] template [tags]");
  if (words.size() == 3) made.separator = words[0];
  if (words.size() > 1) made.filter = words[words.size() - 2];
  for (const std::string_view part : split(words.back(), made.separator)) {
    made.parts.emplace_back(part);
  }
  const auto has = [&](const char* part) {
    return std::find(made.parts.begin(), made.parts.end(), part) != made.parts.end();
  };
  if (std::none_of(made.parts.begin(), made.parts.end(),
                   [](const std::string& p) { return p.starts_with("measurement"); })) {
    refuse("names no measurement");
  }
  if (has("measurement*") && has("field*")) {
    refuse("has both measurement* and field*: only one of them can take the rest");
  }
  return made;
}

void BucketTemplates::add(const Template& made) {
  templates_.push_back(std::make_unique<const Template>(made));
  const Template* kept = templates_.back().get();
  filter_separator_ = kept->separator;
  if (kept->filter.empty()) {
    otherwise_ = kept;
    return;
  }
  Node* at = &root_;
  for (const std::string_view part : split(kept->filter, kept->separator)) {
    at = &at->children.try_emplace(std::string(part)).first->second;
  }
  at->end = kept;
}

const BucketTemplates::Template* BucketTemplates::search(const Node& at, const Parts& parts,
                                                         std::size_t from) {
  if (from == parts.size() || at.children.empty()) return at.end;
  const auto exact = at.children.find(parts[from]);
  if (exact != at.children.end()) {
    if (const Template* found = search(exact->second, parts, from + 1)) return found;
  }
  const auto any = at.children.find(any_part);
  return any == at.children.end() ? at.end : search(any->second, parts, from + 1);
}

const BucketTemplates::Template& BucketTemplates::of(std::string_view name) const {
  const Template* found = search(root_, split(name, filter_separator_), 0);
  return found == nullptr ? *otherwise_ : *found;
}

BucketTemplates::Meaning BucketTemplates::apply(std::string_view name) const {
  return of(name).apply(name, joiner_);
}

}  // namespace weir::common
