#include "plugins/inputs/tail/tail.hpp"

#include <algorithm>

namespace weir::tail {

void Tail::init() {
  settings_.names = files;
  settings_.patterns.resize(files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string why = settings_.patterns[i].compile(files[i]);
    if (!why.empty()) {
      throw config_error("files[" + std::to_string(i) + "]", "\"" + files[i] + "\" " + why);
    }
  }
  const std::string begin =
      initial_read_offset.empty() && from_beginning ? "beginning" : initial_read_offset;
  settings_.begin = begin == "beginning"            ? Begin::beginning
                    : begin == "end"                ? Begin::end
                    : begin == "saved-or-beginning" ? Begin::saved_or_beginning
                                                    : Begin::saved_or_end;
  settings_.poll = watch_method == "poll";
  settings_.undelivered_max = static_cast<std::uint64_t>(max_undelivered_lines);
  settings_.follow.path_tag = path_tag;
  settings_.follow.pipe = pipe;
  set_text();
}

void Tail::set_text() {
  TextSettings& text = settings_.follow.text;
  const auto encoding = common::text_encoding_of(character_encoding);
  if (!encoding) {
    throw config_error("character_encoding", "\"" + character_encoding +
                                                 "\" is unknown; use utf-8, utf-16le or utf-16be");
  }
  text.encoding = *encoding;
  for (std::size_t i = 0; i < filters.size(); ++i) {
    if (filters[i] != "ansi_color") {
      throw config_error("filters[" + std::to_string(i) + "]",
                         "\"" + filters[i] + "\" is unknown; use ansi_color");
    }
    text.strip_colours = true;
  }
  rule_ = std::make_unique<MultilineRule>(multiline);
  if (multiline.wanted()) text.multiline = rule_.get();
}

void Tail::start() {
  if (!followers_) followers_ = std::make_unique<Followers>(out->home(), settings_);
}

void Tail::stop() { followers_.reset(); }

// A batch that an output refused for ever is off its way, too.
void Tail::ack(std::uint64_t cookie, weir_status) {
  if (followers_) followers_->acknowledge(cookie);
}

void Tail::resume(std::uint32_t) {
  if (followers_) followers_->resume();
}

}  // namespace weir::tail

WEIR_MODULE("tail", "1.0.0", weir::tail::Tail)
