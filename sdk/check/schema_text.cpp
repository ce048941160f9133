#include "sdk/check/schema_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <weir/testing/config.hpp>

namespace weir::check {
namespace {

constexpr int depth_max = 4;

// The bounds of an option's range, in the unit its values arrive in.
struct Range {
  double least, most;
};

double bound_of(const weir_opt& option, std::string_view side, double otherwise) {
  if (side.empty()) return otherwise;
  const std::string quoted(side);
  const auto literal = testing::parse_literal(quoted);
  if (literal.is != testing::toml::string) {
    return literal.is == testing::toml::integer ? static_cast<double>(literal.i) : literal.f;
  }
  const auto& text = literal.text;
  return static_cast<double>(option.type == WEIR_C_SIZE
                                 ? testing::detail::size_of(text, option.name)
                                 : testing::detail::duration_of(text, option.name));
}

Range range_of(const weir_opt& option, Range otherwise) {
  if (option.range == nullptr) return otherwise;
  const std::string_view range(option.range);
  const std::size_t dots = range.find("..");
  if (dots == std::string_view::npos) return otherwise;
  return {bound_of(option, range.substr(0, dots), otherwise.least),
          bound_of(option, range.substr(dots + 2), otherwise.most)};
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// A value for each type; simple ones without a Random.
class Writer {
 public:
  explicit Writer(Random* random) : random_(random) {}

  std::string options(const weir_opt* const* list, std::size_t n) {
    std::string text;
    for (std::size_t i = 0; i < n; ++i) {
      if (wanted(*list[i])) text += std::string(list[i]->name) + " = " + shaped(*list[i], 0) + "\n";
    }
    return text;
  }

 private:
  bool wanted(const weir_opt& option) {
    return (option.flags & WEIR_CF_REQUIRED) != 0 || (random_ != nullptr && random_->one_in(2));
  }
  std::uint64_t items() { return random_ == nullptr ? 1 : random_->below(4); }

  std::string shaped(const weir_opt& option, int depth) {
    if ((option.flags & WEIR_CF_MAP) == 0) return listed(option, depth);
    std::string text = "{";
    const std::uint64_t n = items();
    for (std::uint64_t i = 0; i < n; ++i) {
      text += (i == 0 ? "" : ", ") + ("k" + std::to_string(i)) + " = " + listed(option, depth);
    }
    return text + "}";
  }
  std::string listed(const weir_opt& option, int depth) {
    if ((option.flags & WEIR_CF_LIST) == 0) return one(option, depth);
    std::string text = "[";
    const std::uint64_t n = items();
    for (std::uint64_t i = 0; i < n; ++i) text += (i == 0 ? "" : ", ") + one(option, depth);
    return text + "]";
  }
  std::string one(const weir_opt& option, int depth) {
    switch (option.type) {
      case WEIR_C_INT: return std::to_string(integer(range_of(option, {-1e15, 1e15})));
      case WEIR_C_FLOAT: return decimal(range_of(option, {-1e6, 1e6}));
      case WEIR_C_BOOL: return random_ != nullptr && random_->one_in(2) ? "false" : "true";
      case WEIR_C_DURATION:
        return quote(std::to_string(integer(range_of(option, {0, 3.6e12}))) + "ns");
      case WEIR_C_SIZE: return std::to_string(integer(range_of(option, {0, 1e7})));
      case WEIR_C_ENUM:
        return quote(option.choices[random_ == nullptr ? 0 : random_->below(option.n_choices)]);
      case WEIR_C_TABLE: return table(option, depth);
      case WEIR_C_ANY: return any();
      default: return string();
    }
  }
  std::int64_t integer(Range range) {
    const auto least = static_cast<std::int64_t>(std::ceil(range.least));
    const auto most = static_cast<std::int64_t>(std::floor(range.most));
    const std::int64_t simple = std::clamp<std::int64_t>(1, least, most);
    if (random_ == nullptr || random_->one_in(3)) return simple;
    if (random_->one_in(3)) return random_->one_in(2) ? least : most;
    return random_->one_in(2) ? std::clamp<std::int64_t>(random_->between(-20, 2000), least, most)
                              : random_->between(least, most);
  }
  std::string decimal(Range range) {
    const double simple = std::clamp(1.0, range.least, range.most);
    if (random_ == nullptr || random_->one_in(3)) return std::to_string(simple);
    const double part = static_cast<double>(random_->below(1000)) / 999;
    return std::to_string(
        std::clamp(range.least + (range.most - range.least) * part, range.least, range.most));
  }
  std::string string() {
    if (random_ == nullptr) return "\"a\"";
    switch (random_->below(6)) {
      case 0: return "\"\"";
      case 1: return quote(std::string(5000, 'x'));
      case 2: return quote("%d {{.x}} ${y} *?[a]");
      case 3: return quote("\xc3\xa9\xe2\x82\xac");
      default: return quote(random_->word(12));
    }
  }
  std::string any() {
    if (random_ == nullptr) return "\"a\"";
    switch (random_->below(4)) {
      case 0: return std::to_string(random_->between(-1000, 1000));
      case 1: return "1.5";
      case 2: return "true";
      default: return string();
    }
  }
  std::string table(const weir_opt& option, int depth) {
    std::string text = "{";
    for (std::uint32_t i = 0; i < option.n_children && depth < depth_max; ++i) {
      const weir_opt& child = option.children[i];
      if (wanted(child)) {
        text +=
            (text == "{" ? "" : ", ") + std::string(child.name) + " = " + shaped(child, depth + 1);
      }
    }
    return text + "}";
  }

  Random* random_;
};

std::string config_of(const weir_plugin& plugin, Random* random) {
  std::size_t n = 0;
  while (plugin.opts != nullptr && plugin.opts[n] != nullptr) ++n;
  return Writer(random).options(plugin.opts, n);
}

}  // namespace

std::string plain_config(const weir_plugin& plugin) { return config_of(plugin, nullptr); }

std::string random_config(const weir_plugin& plugin, Random& random) {
  return config_of(plugin, &random);
}

std::string check_default(const weir_opt& option) {
  const std::array<const weir_opt*, 2> alone{&option, nullptr};
  try {
    const std::string text =
        (option.flags & WEIR_CF_REQUIRED) == 0 ? "" : std::string(option.name) + " = " + option.def;
    const testing::config parsed(alone.data(), text);
    return {};
  } catch (const std::exception& thrown) {
    return std::string("which cannot be read: ") + thrown.what();
  }
}

}  // namespace weir::check
