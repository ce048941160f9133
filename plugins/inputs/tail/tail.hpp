#pragma once

// Follows files: what is appended to them goes to the parser.
//
// Threads    One of its own, which reads all files and never waits for the host.
// Errors     Options in init(). A file that is missing or cannot be read is tried again and again.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/inputs/tail/followers.hpp"
#include "plugins/inputs/tail/metrics.hpp"
#include "plugins/inputs/tail/multiline.hpp"

namespace weir::tail {

struct Tail {
  static constexpr info meta{"tail", "1.0.0", "Parse the new lines appended to files",
                             WEIR_EMITS_RAW | WEIR_OWN_THREADS};
  static constexpr const weir_metric_decl* const metrics[] = {
      &declared_metrics[0], &declared_metrics[1], &declared_metrics[2],
      &declared_metrics[3], &declared_metrics[4], nullptr};

  sink* out = nullptr;
  std::vector<std::string> files;
  bool from_beginning{};
  std::string initial_read_offset;
  bool pipe{};
  std::string watch_method;
  std::int64_t max_undelivered_lines{};
  std::string character_encoding, path_tag;
  std::vector<std::string> filters;
  MultilineOptions multiline;

  static constexpr const char* const methods[] = {"inotify", "poll"};
  static constexpr const char* const begins[] = {"beginning", "end", "saved-or-beginning",
                                                 "saved-or-end", ""};
  static constexpr auto options = std::tuple{
      opt{"files", &Tail::files, "[]",
          "Files to follow: names, or patterns with *, ?, [abc] and **"},
      opt{"from_beginning", &Tail::from_beginning, "false",
          "The old way to say initial_read_offset = \"beginning\""}
          .deprecated(),
      opt{"initial_read_offset", &Tail::initial_read_offset, "\"\"",
          "Where to begin: beginning, end, saved-or-beginning, saved-or-end (if empty)"}
          .one_of(begins),
      opt{"pipe", &Tail::pipe, "false", "The files are named pipes"},
      opt{"watch_method", &Tail::watch_method, "\"inotify\"",
          "How changes are noticed: inotify, or poll every 250 ms"}
          .one_of(methods),
      opt{"max_undelivered_lines", &Tail::max_undelivered_lines, "1000",
          "Lines on their way to the outputs, at most"}
          .in("1.."),
      opt{"character_encoding", &Tail::character_encoding, "\"\"",
          "utf-8, utf-16le or utf-16be: what is not valid is replaced; empty = the bytes as they "
          "are"},
      opt{"path_tag", &Tail::path_tag, "\"path\"", "Tag for the file's path; empty = none"},
      opt{"filters", &Tail::filters, "[]", "ansi_color: take colours out"},
      opt{"multiline", &Tail::multiline, nullptr, "Lines that belong together"}};

  void init();
  void start();
  void stop();
  void ack(std::uint64_t cookie, weir_status status);
  void resume(std::uint32_t lane);

 private:
  void set_text();

  FollowersSettings settings_;
  std::unique_ptr<MultilineRule> rule_;
  std::unique_ptr<Followers> followers_;
};

}  // namespace weir::tail
