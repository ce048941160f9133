#include "core/config/digest.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace weir::config {
namespace {

// FNV-1a with two starting points.
std::uint64_t fnv(std::uint64_t hash, std::string_view text) {
  for (const char byte : text) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 0x100000001b3ULL;
  }
  return hash;
}

std::string value_text(const Node& node) {
  switch (node.kind) {
    case Node::Kind::integer:
    case Node::Kind::boolean: return std::to_string(node.integer);
    case Node::Kind::floating: return std::to_string(std::bit_cast<std::uint64_t>(node.number));
    default: return node.text;
  }
}

void flatten(const Node& node, const std::string& path, std::vector<std::string>& lines) {
  for (const Member& member : node.members) {
    flatten(member.value, path + '.' + member.key.name, lines);
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    flatten(node.items[i], path + '[' + std::to_string(i) + ']', lines);
  }
  if (!node.members.empty() || !node.items.empty()) return;
  lines.push_back(path + ':' + std::to_string(static_cast<int>(node.kind)) + ':' +
                  value_text(node));
}

}  // namespace

std::string digest(std::string_view whose, const Node& table) {
  std::vector<std::string> lines;
  flatten(table, "", lines);
  std::sort(lines.begin(), lines.end());
  std::uint64_t low = fnv(0xcbf29ce484222325ULL, whose);
  std::uint64_t high = fnv(0x84222325cbf29ce4ULL, whose);
  for (const std::string& line : lines) {
    low = fnv(fnv(low, line), std::string_view("\n", 1));
    high = fnv(fnv(high, std::string_view("\n", 1)), line);
  }
  std::array<char, 33> text{};
  std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(high),
                static_cast<unsigned long long>(low));
  return text.data();
}

}  // namespace weir::config
