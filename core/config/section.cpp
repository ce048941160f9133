#include "core/config/section.hpp"

#include <algorithm>

#include "core/base/units.hpp"

namespace weir::config {
namespace {

void refuse_later(const Node& node, Values& values, std::string_view name, const std::string& value,
                  const std::string& harmless) {
  values.reporter().error(node.at,
                          quote(name) + " = " + value + " is not supported by this version",
                          "leave it out, or set it to " + harmless);
}

}  // namespace

void only_text(const Node& node, Values& values, std::string_view name,
               const std::vector<std::string>& harmless) {
  std::string text;
  if (!values.string(node, name, text)) return;
  if (std::find(harmless.begin(), harmless.end(), text) != harmless.end()) return;
  refuse_later(node, values, name, values.shown(node), quote(harmless.front()));
}

void only_flag(const Node& node, Values& values, std::string_view name, bool harmless) {
  bool flag = harmless;
  if (!values.boolean(node, name, flag) || flag == harmless) return;
  refuse_later(node, values, name, flag ? "true" : "false", harmless ? "true" : "false");
}

void only_integer(const Node& node, Values& values, std::string_view name, std::int64_t harmless) {
  std::int64_t number = harmless;
  if (!values.integer(node, name, number) || number == harmless) return;
  refuse_later(node, values, name, std::to_string(number), std::to_string(harmless));
}

void only_size(const Node& node, Values& values, std::string_view name,
               std::int64_t harmless_bytes) {
  std::int64_t bytes = harmless_bytes;
  if (!values.size(node, name, bytes) || bytes == harmless_bytes) return;
  refuse_later(node, values, name, std::to_string(bytes), std::to_string(harmless_bytes));
}

void positive_duration(const Node& node, Values& values, std::string_view name,
                       std::int64_t& target_ns) {
  std::int64_t ns = 0;
  if (!values.duration(node, name, ns)) return;
  if (ns > 0) {
    target_ns = ns;
  } else {
    values.reporter().error(node.at, quote(name) + " must be longer than 0");
  }
}

void unsigned_duration(const Node& node, Values& values, std::string_view name,
                       std::int64_t& target_ns) {
  std::int64_t ns = 0;
  if (!values.duration(node, name, ns)) return;
  if (ns >= 0) {
    target_ns = ns;
  } else {
    values.reporter().error(node.at, quote(name) + " must not be negative");
  }
}

void integer_from(const Node& node, Values& values, std::string_view name, std::int64_t least,
                  std::int64_t& target) {
  std::int64_t number = 0;
  if (!values.integer(node, name, number)) return;
  if (number >= least) {
    target = number;
  } else {
    values.reporter().error(node.at, quote(name) + " must be at least " + std::to_string(least));
  }
}

}  // namespace weir::config
