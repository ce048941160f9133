#pragma once

// Follows one file: reads what is appended to it.
//
// Whole lines go from the file into the host's buffers and to the parser, without a copy: a read that ends inside of
// a line is repeated from the line's begin. Where lines have to be looked at one by one (TextLines) they become
// records instead.
//
// Who follows a file goes on with it whatever becomes of its name. A file that became shorter is read from its
// begin.
//
// Threads    The plugin's.
// Errors     What cannot be read is said in the log, once.
// Limits     turn_bytes before the other files have their turn; a line beyond line_bytes_max is handed on in pieces.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <weir/stream_buffer.hpp>

#include "plugins/inputs/tail/text_lines.hpp"
#include "plugins/inputs/tail/undelivered.hpp"

namespace weir::tail {

struct FollowSettings {
  std::string path_tag;
  bool pipe = false;
  TextSettings text;
};

class Follower {
 public:
  static constexpr std::size_t turn_bytes = std::size_t{1} << 20;
  static constexpr std::uint32_t line_bytes_max = 1U << 20;

  Follower(host home, const FollowSettings& settings, Undelivered& undelivered, std::string path,
           std::uint32_t lane);
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;
  ~Follower();

  // Opens the file if it is there. from: where to begin, none = at its end.
  bool open(std::optional<std::int64_t> from);
  bool is_open() const { return descriptor_ >= 0; }
  // What there is to be done next.
  enum class Next : std::uint8_t { wait_for_more, again, wait_for_room };
  Next read();
  // Whose the name is by now.
  enum class Name : std::uint8_t { mine, nobodys, anothers };
  Name name() const;
  // Looks whether the file was cut, which nobody may tell.
  void look();
  // There is nothing to be read, and was not since then (steady clock).
  bool is_idle_since(std::int64_t steady_ns) const;
  // The texts that are complete because nothing came for a while.
  Next expire(std::int64_t now_ns);
  std::optional<std::int64_t> due_ns() const { return lines_ ? lines_->due_ns() : std::nullopt; }
  // The end of a session, whatever is not complete included.
  void end();
  // For a reload.
  void save() const;

  const std::string& path() const { return path_; }
  std::uint32_t lane() const { return lane_; }
  int watch = -1;       // the watcher's number
  bool changed = true;  // it has to be read
  bool waits_for_room = false;
  std::int64_t missing_since_ns = 0;  // since when its name is nobody's; 0 = it is not

 private:
  Next read_stream();
  Next read_piece(std::size_t& done);
  Next read_texts();
  Next read_pipe();
  bool is_shorter() const;
  ssize_t read_at(char* to, std::size_t n);
  static std::size_t whole_lines(std::string_view text, std::uint64_t lines_max,
                                 std::uint64_t& lines);
  Next emit(std::size_t bytes, std::uint64_t lines);
  Next send_texts();
  void close_file();
  void tell_problem(const char* what);

  host home_;
  const FollowSettings& settings_;
  Undelivered& undelivered_;
  const std::string path_;
  const std::uint32_t lane_;
  stream_buffer buffer_;
  std::optional<TextLines> lines_;
  std::vector<std::string> texts_;  // complete, and not sent yet
  int descriptor_ = -1;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  std::int64_t offset_ = 0;
  std::size_t line_bytes_ = 256;  // of the last lines, on the average
  std::int64_t last_ns_ = 0;      // when something was read last, by the steady clock
  bool told_ = false;             // that the file cannot be read
};

}  // namespace weir::tail
