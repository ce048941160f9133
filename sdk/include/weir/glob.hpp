#pragma once

// Telegraf's globs and lists of them.
//
//   *      any run of characters, but no separator      [abc] [a-z]  one character of the class
//   **     any run of characters                        [!abc]       one character not of it
//   ?      one character, but no separator              {a,b}        one of the alternatives, may nest
//   \x     the character x itself
//
// Characters are UTF-8 code points; a byte that is no UTF-8 counts as one character.
//
// Threads  Immutable once compiled: matches() may be called from any thread.
// Errors   compile() says in words what is wrong with a pattern; the object then matches nothing.
// Limits   A pattern of at most glob_pattern::pattern_bytes_max bytes. matches() takes time in proportion to pattern
//          length times text length, whatever the pattern.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weir/error.hpp>
#include <weir/utf8.hpp>

namespace weir {
inline namespace v1 __attribute__((visibility("hidden"))) {

  namespace detail {

  // A pattern as steps of a small machine.
  struct glob_step {
    enum op : std::uint8_t { match, literal, one, any_of, none_of, run, deep_run, fork, jump };
    op what = match;
    std::uint32_t a = 0;  // literal: the code point; classes: first range; fork, jump: a target
    std::uint32_t b = 0;  // classes: one behind the last range; fork: the other target
  };
  using code_range = std::pair<std::uint32_t, std::uint32_t>;  // first and last code point

  struct glob_program {
    std::vector<glob_step> steps;
    std::vector<code_range> ranges;
    std::vector<std::uint32_t> separators;

    bool is_separator(std::uint32_t code) const {
      return std::find(separators.begin(), separators.end(), code) != separators.end();
    }
    bool in_class(const glob_step& s, std::uint32_t code) const {
      return std::any_of(ranges.begin() + s.a, ranges.begin() + s.b, [code](const code_range& r) {
        return code >= r.first && code <= r.second;
      });
    }
  };

  // Recursive descent from pattern text to steps.
  class glob_compiler {
   public:
    glob_compiler(std::string_view pattern, glob_program& out) : rest_(pattern), out_(out) {}

    // Empty, or what is wrong with the pattern.
    std::string run() {
      sequence(0);
      if (why_.empty()) emit(glob_step::match);
      return why_;
    }

   private:
    // Braces deeper than this are refused: the compiler recurses once per level.
    static constexpr int brace_depth_max = 32;

    std::uint32_t emit(glob_step::op op, std::uint32_t a = 0, std::uint32_t b = 0) {
      out_.steps.push_back({op, a, b});
      return here() - 1;
    }
    std::uint32_t here() const { return static_cast<std::uint32_t>(out_.steps.size()); }

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
        case '?': emit(glob_step::one); return;
        case '[': return char_class();
        case '{': return braces(depth + 1);
        case '\\':
          if (rest_.empty()) {
            why_ = "ends in a backslash";
          } else {
            emit(glob_step::literal, next_code_point(rest_));
          }
          return;
        default: emit(glob_step::literal, code);
      }
    }
    void stars() {
      const bool deep = !rest_.empty() && rest_[0] == '*';
      while (!rest_.empty() && rest_[0] == '*') rest_.remove_prefix(1);
      emit(deep ? glob_step::deep_run : glob_step::run);
    }
    void char_class() {
      const bool negated = !rest_.empty() && rest_[0] == '!';
      if (negated) rest_.remove_prefix(1);
      const auto first = static_cast<std::uint32_t>(out_.ranges.size());
      while (!rest_.empty() && rest_[0] != ']') class_item();
      const auto last = static_cast<std::uint32_t>(out_.ranges.size());
      if (rest_.empty() || first == last) {
        why_ = rest_.empty() ? "has a [ without ]" : "has an empty []";
        return;
      }
      rest_.remove_prefix(1);
      emit(negated ? glob_step::none_of : glob_step::any_of, first, last);
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
      out_.ranges.emplace_back(std::min(low, high), std::max(low, high));
    }
    // fork(first, next) first jump(end) fork(second, next) second jump(end) ... last
    void braces(int depth) {
      if (depth > brace_depth_max) {
        why_ = "nests braces too deep";
        return;
      }
      std::vector<std::uint32_t> jumps;
      for (bool more = true; more && why_.empty();) {
        const std::uint32_t fork = emit(glob_step::fork, here() + 1);
        sequence(depth);
        more = !rest_.empty() && rest_[0] == ',';
        if (rest_.empty()) {
          why_ = "has a { without }";
        } else {
          rest_.remove_prefix(1);
        }
        jumps.push_back(emit(glob_step::jump));
        out_.steps[fork].b = more ? here() : fork + 1;
      }
      for (const std::uint32_t jump : jumps) out_.steps[jump].a = here();
    }

    std::string_view rest_;
    glob_program& out_;
    std::string why_;
  };

  // Runs all branches of a program at once over the text: no backtracking, so no pattern is slow.
  class glob_matcher {
   public:
    explicit glob_matcher(const glob_program& p) : program_(p), seen_(p.steps.size(), 0) {}

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
      const auto is_match = [&](std::uint32_t at) {
        return program_.steps[at].what == glob_step::match;
      };
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
      const glob_step& s = program_.steps[at];
      if (s.what == glob_step::fork) pending_.push_back(s.b);
      if (s.what == glob_step::fork || s.what == glob_step::jump) {
        pending_.push_back(s.a);
        return;
      }
      next_.push_back(at);
      if (s.what == glob_step::run || s.what == glob_step::deep_run) pending_.push_back(at + 1);
    }
    void advance(std::uint32_t at, std::uint32_t code) {
      const glob_step& s = program_.steps[at];
      switch (s.what) {
        case glob_step::literal: return add_if(s.a == code, at + 1);
        case glob_step::one: return add_if(!program_.is_separator(code), at + 1);
        case glob_step::any_of: return add_if(program_.in_class(s, code), at + 1);
        case glob_step::none_of: return add_if(!program_.in_class(s, code), at + 1);
        case glob_step::run: return add_if(!program_.is_separator(code), at);
        case glob_step::deep_run: return add(at);
        default: return;
      }
    }
    void add_if(bool taken, std::uint32_t at) {
      if (taken) add(at);
    }

    const glob_program& program_;
    std::vector<std::uint32_t> now_, next_, pending_, seen_;
    std::uint32_t round_ = 0;
  };

  }  // namespace detail

  // One pattern.
  class glob_pattern {
   public:
    static constexpr std::size_t pattern_bytes_max = 4096;

    // Empty, or what is wrong with the pattern: "has a [ without ]".
    std::string compile(std::string_view pattern, std::string_view separators = {}) {
      *this = glob_pattern();
      if (pattern.size() > pattern_bytes_max) return "is too long";
      while (!separators.empty()) program_.separators.push_back(next_code_point(separators));
      std::string why = detail::glob_compiler(pattern, program_).run();
      if (why.empty()) {
        find_shape();
      } else {
        *this = glob_pattern();
      }
      return why;
    }
    bool matches(std::string_view text) const {
      if (!simple_) return !program_.steps.empty() && detail::glob_matcher(program_).run(text);
      if (!open_) return text == head_;
      return text.size() >= head_.size() + tail_.size() && text.substr(0, head_.size()) == head_ &&
             text.substr(text.size() - tail_.size()) == tail_;
    }

   private:
    // Recognizes text, text*, *text and text*text (with ** wherever separators matter).
    void find_shape() {
      bool seen_run = false;
      for (const detail::glob_step& s : program_.steps) {
        if (s.what == detail::glob_step::match) break;
        const bool is_run = s.what == detail::glob_step::deep_run ||
                            (s.what == detail::glob_step::run && program_.separators.empty());
        if (is_run ? seen_run : s.what != detail::glob_step::literal || s.a >= 0x80) return;
        if (!is_run) (seen_run ? tail_ : head_).push_back(static_cast<char>(s.a));
        seen_run = seen_run || is_run;
      }
      simple_ = true;
      open_ = seen_run;
    }

    detail::glob_program program_;
    // A pattern of plain text with one or no run in it needs no machine: head, then tail at the end.
    bool simple_ = false, open_ = false;
    std::string head_, tail_;
  };

  // A list as Telegraf reads it: when no pattern holds *, ? or [, the texts are compared as they are; else every
  // one of them is a glob. An empty list matches nothing.
  class glob_list {
   public:
    // Empty, or what is wrong with one of the patterns, with its text.
    std::string compile(const std::vector<std::string>& patterns,
                        std::string_view separators = {}) {
      exact_.clear();
      globs_.clear();
      const auto is_glob = [](const std::string& p) {
        return p.find_first_of("*?[") != std::string::npos;
      };
      if (std::none_of(patterns.begin(), patterns.end(), is_glob)) {
        exact_ = patterns;
        std::sort(exact_.begin(), exact_.end());
        return {};
      }
      for (const std::string& p : patterns) {
        const std::string why = globs_.emplace_back().compile(p, separators);
        if (why.empty()) continue;
        globs_.clear();
        return "the pattern \"" + p.substr(0, 100) + "\" " + why;
      }
      return {};
    }
    bool empty() const { return exact_.empty() && globs_.empty(); }
    bool matches(std::string_view text) const {
      if (globs_.empty()) {
        return std::binary_search(exact_.begin(), exact_.end(), text, std::less<>());
      }
      return std::any_of(globs_.begin(), globs_.end(),
                         [text](const glob_pattern& g) { return g.matches(text); });
    }

   private:
    std::vector<std::string> exact_;  // sorted
    std::vector<glob_pattern> globs_;
  };

#if defined(__cpp_exceptions)
  // The list of an option; throws config_error with the option's name when a pattern is wrong.
  inline glob_list globs_of(const std::string& option, const std::vector<std::string>& patterns) {
    glob_list list;
    std::string why = list.compile(patterns);
    if (!why.empty()) throw config_error(option, std::move(why));
    return list;
  }
#endif

}  // namespace v1
}  // namespace weir
