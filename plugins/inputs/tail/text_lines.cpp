#include "plugins/inputs/tail/text_lines.hpp"

#include <utility>

namespace weir::tail {

TextLines::TextLines(const TextSettings& settings)
    : settings_(settings), decoder_(settings.encoding) {
  if (settings_.multiline != nullptr) multiline_.emplace(*settings_.multiline);
}

void TextLines::add(std::string_view bytes, std::int64_t now_ns, std::vector<std::string>& texts) {
  last_ns_ = now_ns;
  if (settings_.encoding == common::TextEncoding::none) {
    text_ += bytes;
  } else {
    decoder_.decode(bytes, false, text_);
  }
  take_lines(texts);
}

void TextLines::take_lines(std::vector<std::string>& texts) {
  std::string_view rest = text_;
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    add_line(rest.substr(0, end), texts);
    rest.remove_prefix(end + 1);
  }
  if (rest.size() >= Multiline::text_bytes_max) {
    add_line(rest, texts);
    rest = {};
  }
  text_.erase(0, text_.size() - rest.size());
}

void TextLines::add_line(std::string_view line, std::vector<std::string>& texts) {
  while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  std::string text(line);
  if (settings_.strip_colours) strip_colours(text);
  if (multiline_) text = multiline_->add(text);
  if (!text.empty()) texts.push_back(std::move(text));
}

void TextLines::expire(std::int64_t now_ns, std::vector<std::string>& texts) {
  const auto due = due_ns();
  if (multiline_ && due && now_ns >= *due) texts.push_back(multiline_->take());
}

std::optional<std::int64_t> TextLines::due_ns() const {
  if (!multiline_ || multiline_->empty()) return std::nullopt;
  return last_ns_ + settings_.multiline->timeout_ns;
}

void TextLines::finish(std::vector<std::string>& texts) {
  if (settings_.encoding != common::TextEncoding::none) decoder_.decode({}, true, text_);
  take_lines(texts);
  if (!text_.empty()) add_line(std::exchange(text_, {}), texts);
  if (multiline_ && !multiline_->empty()) texts.push_back(multiline_->take());
}

void strip_colours(std::string& text) {
  std::size_t out = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t end = text.compare(i, 2, "\x1b[") == 0
                                ? text.find_first_not_of("0123456789;", i + 2)
                                : std::string::npos;
    if (end != std::string::npos && (text[end] == 'm' || text[end] == 'K')) {
      i = end;
    } else {
      text[out++] = text[i];
    }
  }
  text.resize(out);
}

}  // namespace weir::tail
