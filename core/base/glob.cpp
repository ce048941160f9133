#include "core/base/glob.hpp"

#include <algorithm>

#include "core/base/utf8.hpp"

namespace weir {
// Recursive descent from pattern text to steps.
class GlobCompiler {
 public:
  GlobCompiler(std::string_view pattern, Glob& out) : rest_(pattern), out_(out) {}

  // Empty, or what is wrong with the pattern.
  std::string run() {
    sequence(0);
    if (why_.empty()) emit(Glob::Op::match);
    return why_;
  }

 private:
  using Op = Glob::Op;
  // Braces deeper than this are refused: the compiler recurses once per level.
  static constexpr int brace_depth_max = 32;

  std::uint32_t emit(Op op, std::uint32_t a = 0, std::uint32_t b = 0) {
    out_.steps_.push_back({op, a, b});
    return static_cast<std::uint32_t>(out_.steps_.size() - 1);
  }
  [[nodiscard]] std::uint32_t here() const {
    return static_cast<std::uint32_t>(out_.steps_.size());
  }

  // Up to the end, or inside braces up to the ',' or '}' that ends the alternative.
  void sequence(int depth) {
    while (why_.empty() && !rest_.empty()) {
      if (depth > 0 && (rest_[0] == ',' || rest_[0] == '}')) return;
      item(depth);
    }
  }
  void item(int depth) {
    const std::uint32_t code = next_code_point(rest_);
    switch (code) {
      case '*': return stars();
      case '?': emit(Op::one); return;
      case '[': return char_class();
      case '{': return braces(depth + 1);
      case '\\':
        if (rest_.empty()) {
          why_ = "ends in a backslash";
        } else {
          emit(Op::literal, next_code_point(rest_));
        }
        return;
      default: emit(Op::literal, code);
    }
  }
  void stars() {
    const bool deep = !rest_.empty() && rest_[0] == '*';
    while (!rest_.empty() && rest_[0] == '*') rest_.remove_prefix(1);
    emit(deep ? Op::deep_run : Op::run);
  }
  void char_class() {
    const bool negated = !rest_.empty() && rest_[0] == '!';
    if (negated) rest_.remove_prefix(1);
    const auto first = static_cast<std::uint32_t>(out_.ranges_.size());
    while (!rest_.empty() && rest_[0] != ']') class_item();
    const auto last = static_cast<std::uint32_t>(out_.ranges_.size());
    if (rest_.empty() || first == last) {
      why_ = rest_.empty() ? "has a [ without ]" : "has an empty []";
      return;
    }
    rest_.remove_prefix(1);
    emit(negated ? Op::none_of : Op::any_of, first, last);
  }
  std::uint32_t class_char() {
    if (rest_.size() > 1 && rest_[0] == '\\') rest_.remove_prefix(1);
    return next_code_point(rest_);
  }
  void class_item() {
    const std::uint32_t low = class_char();
    std::uint32_t high = low;
    if (rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']') {
      rest_.remove_prefix(1);
      high = class_char();
    }
    out_.ranges_.emplace_back(std::min(low, high), std::max(low, high));
  }
  // fork(first, next) first jump(end) fork(second, next) second jump(end) ... last
  void braces(int depth) {
    if (depth > brace_depth_max) {
      why_ = "nests braces too deep";
      return;
    }
    std::vector<std::uint32_t> jumps;
    for (bool more = true; more && why_.empty();) {
      const std::uint32_t fork = emit(Op::fork, here() + 1);
      sequence(depth);
      more = !rest_.empty() && rest_[0] == ',';
      if (rest_.empty()) why_ = "has a { without }";
      if (!rest_.empty()) rest_.remove_prefix(1);
      jumps.push_back(emit(Op::jump));
      out_.steps_[fork].b = more ? here() : fork + 1;
    }
    for (const std::uint32_t jump : jumps) out_.steps_[jump].a = here();
  }

  std::string_view rest_;
  Glob& out_;
  std::string why_;
};

// Runs all branches of the pattern at once over the text: no backtracking, so no pattern is slow.
class Glob::Matcher {
 public:
  explicit Matcher(const Glob& glob) : glob_(glob), seen_(glob.steps_.size(), 0) {}

  bool run(std::string_view text) {
    begin_round();
    add(0);
    now_.swap(next_);
    while (!text.empty() && !now_.empty()) {
      const std::uint32_t code = next_code_point(text);
      begin_round();
      for (const std::uint32_t at : now_) advance(at, code);
      now_.swap(next_);
    }
    const auto is_match = [&](std::uint32_t at) { return glob_.steps_[at].op == Op::match; };
    return text.empty() && std::any_of(now_.begin(), now_.end(), is_match);
  }

 private:
  void begin_round() {
    next_.clear();
    ++round_;
  }
  void add(std::uint32_t first) {
    pending_.push_back(first);
    while (!pending_.empty()) {
      const std::uint32_t at = pending_.back();
      pending_.pop_back();
      if (seen_[at] == round_) continue;
      seen_[at] = round_;
      follow(at);
    }
  }
  void follow(std::uint32_t at) {
    const Step& step = glob_.steps_[at];
    if (step.op == Op::fork) pending_.push_back(step.b);
    if (step.op == Op::fork || step.op == Op::jump) {
      pending_.push_back(step.a);
      return;
    }
    next_.push_back(at);
    if (step.op == Op::run || step.op == Op::deep_run) pending_.push_back(at + 1);
  }
  void advance(std::uint32_t at, std::uint32_t code) {
    const Step& step = glob_.steps_[at];
    switch (step.op) {
      case Op::literal: return add_if(step.a == code, at + 1);
      case Op::one: return add_if(!glob_.is_separator(code), at + 1);
      case Op::any_of: return add_if(glob_.in_class(step, code), at + 1);
      case Op::none_of: return add_if(!glob_.in_class(step, code), at + 1);
      case Op::run: return add_if(!glob_.is_separator(code), at);
      case Op::deep_run: return add(at);
      case Op::fork:
      case Op::jump:
      case Op::match: return;
    }
  }
  void add_if(bool taken, std::uint32_t at) {
    if (taken) add(at);
  }

  const Glob& glob_;
  std::vector<std::uint32_t> now_, next_, pending_, seen_;
  std::uint32_t round_{0};
};

bool Glob::in_class(const Step& step, std::uint32_t code) const {
  return std::any_of(ranges_.begin() + step.a, ranges_.begin() + step.b,
                     [code](const Range& r) { return code >= r.first && code <= r.second; });
}

bool Glob::is_separator(std::uint32_t code) const {
  return std::find(separators_.begin(), separators_.end(), code) != separators_.end();
}

// Recognizes text, text*, *text and text*text (with ** wherever separators matter).
void Glob::find_shape() {
  bool seen_run = false;
  for (const Step& step : steps_) {
    if (step.op == Op::match) break;
    const bool is_run = step.op == Op::deep_run || (step.op == Op::run && separators_.empty());
    if (is_run ? seen_run : step.op != Op::literal || step.a >= 0x80) return;
    if (!is_run) (seen_run ? tail_ : head_).push_back(static_cast<char>(step.a));
    seen_run = seen_run || is_run;
  }
  simple_ = true;
  open_ = seen_run;
}

Result<Glob> Glob::compile(std::string_view pattern, std::string_view separators) {
  const auto refuse = [&](const std::string& why) {
    return Error{ErrorKind::bad_config,
                 "the pattern \"" + std::string(pattern.substr(0, 100)) + "\" " + why};
  };
  if (pattern.size() > pattern_bytes_max) return refuse("is too long");
  Glob glob;
  while (!separators.empty()) glob.separators_.push_back(next_code_point(separators));
  const std::string why = GlobCompiler(pattern, glob).run();
  if (!why.empty()) return refuse(why);
  glob.find_shape();
  return glob;
}

bool Glob::matches(std::string_view text) const {
  if (!simple_) return Matcher(*this).run(text);
  if (!open_) return text == head_;
  return text.size() >= head_.size() + tail_.size() && text.starts_with(head_) &&
         text.ends_with(tail_);
}

Result<PatternList> PatternList::compile(const std::vector<std::string>& patterns,
                                         std::string_view separators) {
  PatternList list;
  const auto is_glob = [](const std::string& p) {
    return p.find_first_of("*?[") != std::string::npos;
  };
  if (std::none_of(patterns.begin(), patterns.end(), is_glob)) {
    list.exact_.insert(patterns.begin(), patterns.end());
    return list;
  }
  for (const std::string& pattern : patterns) {
    Result<Glob> glob = Glob::compile(pattern, separators);
    if (!glob.ok()) return glob.error();
    list.globs_.push_back(std::move(glob).value());
  }
  return list;
}

bool PatternList::matches(std::string_view text) const {
  if (globs_.empty()) return exact_.find(text) != exact_.end();
  return std::any_of(globs_.begin(), globs_.end(),
                     [text](const Glob& glob) { return glob.matches(text); });
}

}  // namespace weir
