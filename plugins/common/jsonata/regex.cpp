#include "plugins/common/jsonata/regex.hpp"

#include <stdexcept>

#include <re2/re2.h>

#include "plugins/common/text/utf8.hpp"

namespace weir::jsonata {
namespace {

constexpr std::int64_t pattern_bytes_max = 1 << 20;

// The function `next` of a match.
class NextMatch final : public Function {
 public:
  NextMatch(std::shared_ptr<const Regex> regex, std::shared_ptr<const std::string> text,
            std::size_t from)
      : regex_(std::move(regex)), text_(std::move(text)), from_(from) {}
  Value call(Call& call) const override { return regex_->first_match(call.budget, text_, from_); }
  std::size_t arity() const override { return 0; }

 private:
  std::shared_ptr<const Regex> regex_;
  std::shared_ptr<const std::string> text_;
  std::size_t from_;
};

std::unique_ptr<const re2::RE2> compile(std::string_view pattern, std::string_view flags) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(pattern_bytes_max);
  std::string text = flags.empty() ? "" : "(?" + std::string(flags) + ")";
  text += pattern;
  return std::make_unique<const re2::RE2>(text, options);
}

}  // namespace

Regex::Regex(std::string_view pattern, std::string_view flags)
    : compiled_(compile(pattern, flags)) {
  if (!compiled_->ok()) throw std::invalid_argument(compiled_->error());
}

Regex::~Regex() = default;

bool Regex::find(std::string_view text, std::size_t from, Match& match) const {
  const auto n = static_cast<std::size_t>(compiled_->NumberOfCapturingGroups()) + 1;
  std::vector<re2::StringPiece> parts(n);
  const bool found = compiled_->Match({text.data(), text.size()}, from, text.size(),
                                      re2::RE2::UNANCHORED, parts.data(), static_cast<int>(n));
  if (!found) return false;
  match.begin = static_cast<std::size_t>(parts[0].data() - text.data());
  match.end = match.begin + parts[0].size();
  match.groups.clear();
  for (std::size_t i = 1; i < n; ++i) match.groups.emplace_back(parts[i].data(), parts[i].size());
  return true;
}

Value Regex::first_match(Budget& budget, const std::shared_ptr<const std::string>& text,
                         std::size_t from) const {
  Match m;
  budget.step();
  if (from > text->size() || !find(*text, from, m)) return {};
  Items groups;
  for (std::string& group : m.groups) groups.push_back(make_text(budget, std::move(group)));
  // Behind an empty match the search goes on one character later.
  const std::string_view rest = std::string_view(*text).substr(m.end);
  const std::size_t skip =
      m.end > m.begin ? 0
                      : std::max<std::size_t>(1, rest.empty() ? 1 : common::utf8_character(rest));
  auto next = std::make_shared<const NextMatch>(shared_from_this(), text, m.end + skip);
  return make_object(budget, {{"match", make_text(budget, text->substr(m.begin, m.end - m.begin))},
                              {"start", Value::number(static_cast<double>(m.begin))},
                              {"end", Value::number(static_cast<double>(m.end))},
                              {"groups", make_array(budget, std::move(groups))},
                              {"next", make_function(std::move(next))}});
}

Value Regex::call(Call& call) const {
  const auto* text = std::get_if<std::shared_ptr<const std::string>>(&call.arg(0).data());
  if (text != nullptr) return first_match(call.budget, *text, 0);
  if (call.has(0)) call.budget.fail("a regular expression can be applied to a string only");
  return {};
}

}  // namespace weir::jsonata
