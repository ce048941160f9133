#include "core/config/labels.hpp"

#include <algorithm>
#include <string_view>

#include "core/config/agent.hpp"
#include "core/config/text.hpp"

namespace weir::config {
namespace {

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t") - begin + 1));
}

bool fits(std::string_view text, std::string_view also) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [also](char c) {
    return is_word(c) || also.find(c) != std::string_view::npos;
  });
}

const std::string* value_of(const Tags& labels, const std::string& key) {
  const auto found = std::find_if(labels.begin(), labels.end(),
                                  [&key](const auto& label) { return label.first == key; });
  return found == labels.end() ? nullptr : &found->second;
}

}  // namespace

bool LabelSelector::add(std::string_view part, Group& group) {
  const std::size_t equals = part.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string key = trimmed(part.substr(0, equals));
  const std::string value = trimmed(part.substr(equals + 1));
  Result<Glob> pattern = Glob::compile(value);
  if (!fits(key, ".-") || !fits(value, ".-*?") || !pattern.ok()) return false;
  group.emplace_back(key, std::move(pattern).value());
  return true;
}

bool LabelSelector::add(const std::string& selector) {
  Group group;
  for (std::size_t at = 0; at <= selector.size();) {
    const std::size_t end = std::min(selector.find(';', at), selector.size());
    if (!add(std::string_view(selector).substr(at, end - at), group)) return false;
    at = end + 1;
  }
  groups_.push_back(std::move(group));
  return true;
}

LabelSelector::LabelSelector(const std::vector<std::string>& selectors, Reporter& reporter) {
  for (const std::string& selector : selectors) {
    if (selector.empty() || add(selector)) continue;
    reporter.error({},
                   "the selector " + quote(selector) + " is not of the form key=value;key=value");
  }
}

bool LabelSelector::selects(const Node& plugin, Values& values) const {
  const Member* member = plugin.find("labels");
  if (member == nullptr) return true;
  Tags labels;
  read_tags(member->value, "labels", values, labels);
  if (labels.empty() || groups_.empty()) return true;
  return std::any_of(groups_.begin(), groups_.end(), [&labels](const Group& group) {
    return std::all_of(group.begin(), group.end(), [&labels](const auto& wanted) {
      const std::string* value = value_of(labels, wanted.first);
      return value != nullptr && wanted.second.matches(*value);
    });
  });
}

}  // namespace weir::config
