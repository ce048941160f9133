#include "plugins/inputs/tail/follower.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "plugins/common/sockets/steady_clock.hpp"
#include "plugins/inputs/tail/metrics.hpp"
#include "plugins/inputs/tail/offsets.hpp"

namespace weir::tail {
namespace {

using common::steady_ns;

constexpr std::uint32_t piece_bytes = 256U << 10;
constexpr std::uint32_t headroom_bytes = 4U << 10;
constexpr std::size_t least_read_bytes = std::size_t{16} << 10;
constexpr std::size_t texts_per_batch = 1024;

emit_options on_lane(std::uint32_t lane) {
  emit_options o;
  o.lane = lane;
  return o;
}

}  // namespace

Follower::Follower(host home, const FollowSettings& settings, Undelivered& undelivered,
                   std::string path, std::uint32_t lane)
    : home_(home),
      settings_(settings),
      undelivered_(undelivered),
      path_(std::move(path)),
      lane_(lane),
      buffer_(home, piece_bytes, headroom_bytes, {}, on_lane(lane)) {
  std::vector<tag> tags;
  if (!settings_.path_tag.empty()) tags.push_back({settings_.path_tag, path_});
  buffer_.set_tags(tags);
  if (settings_.text.wanted()) lines_.emplace(settings_.text);
}
Follower::~Follower() { close_file(); }

bool Follower::open(std::optional<std::int64_t> from) {
  // A pipe is opened for writing too, so that the last writer does not end it.
  const int mode = settings_.pipe ? O_RDWR | O_NONBLOCK : O_RDONLY;
  descriptor_ = ::open(path_.c_str(), mode | O_CLOEXEC);
  struct stat now{};
  if (descriptor_ < 0 || ::fstat(descriptor_, &now) != 0 || S_ISDIR(now.st_mode)) {
    if (descriptor_ >= 0) errno = EISDIR;
    tell_problem("cannot be read");
    close_file();
    return false;
  }
  told_ = false;
  changed = true;
  last_ns_ = steady_ns();
  device_ = now.st_dev;
  inode_ = now.st_ino;
  offset_ = std::min<std::int64_t>(from.value_or(now.st_size), now.st_size);
  return true;
}

void Follower::tell_problem(const char* what) {
  if (!std::exchange(told_, true)) {
    home_.warn(path_ + " " + what + ": " + std::generic_category().message(errno) +
               "; it is tried again");
  }
}

void Follower::close_file() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

Follower::Next Follower::read() {
  changed = false;
  if (!is_open()) return Next::wait_for_more;
  if (!texts_.empty()) {
    const Next sent = send_texts();
    if (sent != Next::again) return sent;
  }
  if (lines_) return read_texts();
  return settings_.pipe ? read_pipe() : read_stream();
}

// The file was cut, and is written anew.
bool Follower::is_shorter() const {
  struct stat now{};
  return ::fstat(descriptor_, &now) == 0 && S_ISREG(now.st_mode) && now.st_size < offset_;
}

ssize_t Follower::read_at(char* to, std::size_t n) {
  ssize_t got = 0;
  do {
    got = settings_.pipe ? ::read(descriptor_, to, n) : ::pread(descriptor_, to, n, offset_);
  } while (got < 0 && errno == EINTR);
  if (got < 0 && errno != EAGAIN) tell_problem("cannot be read");
  if (got == 0 && is_shorter()) {
    home_.info(path_ + " was cut: it is read from its begin");
    home_.count(rotations);
    offset_ = 0;
    got = ::pread(descriptor_, to, n, 0);
  }
  if (got > 0) last_ns_ = steady_ns();
  return got;
}

// The bytes of at most so many whole lines.
std::size_t Follower::whole_lines(std::string_view text, std::uint64_t lines_max,
                                  std::uint64_t& lines) {
  std::size_t end = 0;
  for (lines = 0; lines < lines_max; ++lines) {
    const void* const found = std::memchr(text.data() + end, '\n', text.size() - end);
    if (found == nullptr) break;
    end = static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) + 1;
  }
  return end;
}

Follower::Next Follower::read_stream() {
  Next next = Next::again;
  for (std::size_t done = 0; done < turn_bytes && next == Next::again;) next = read_piece(done);
  if (next == Next::wait_for_more) buffer_.rest();
  return next;
}

// done grows by the bytes that were sent.
Follower::Next Follower::read_piece(std::size_t& done) {
  const std::uint64_t lines_max = undelivered_.room();
  if (lines_max == 0 || buffer_.ready() != WEIR_OK) return Next::wait_for_room;
  // No more than may be sent: what is behind it would be read twice.
  const std::size_t wanted =
      std::clamp<std::size_t>(lines_max * (line_bytes_ + 32), least_read_bytes, piece_bytes);
  const bool long_line = buffer_.capacity() > piece_bytes;
  const std::size_t limit = long_line ? buffer_.capacity() : wanted;
  const ssize_t n = read_at(buffer_.data(), limit);
  if (n <= 0) return Next::wait_for_more;
  const std::string_view text(buffer_.data(), static_cast<std::size_t>(n));
  std::uint64_t lines = 0;
  std::size_t bytes = whole_lines(text, lines_max, lines);
  if (bytes == 0 && text.size() < limit) return Next::wait_for_more;  // The line is not complete.
  if (bytes == 0 && !long_line) return buffer_.set_capacity(line_bytes_max), Next::again;
  if (bytes == 0) bytes = text.size();
  if (lines != 0) line_bytes_ = bytes / lines;
  done += bytes;
  const Next sent = emit(bytes, std::max<std::uint64_t>(lines, 1));
  if (long_line) buffer_.set_capacity(piece_bytes);
  const bool all = text.size() < limit && bytes == text.size();
  return sent == Next::again && all ? Next::wait_for_more : sent;
}

Follower::Next Follower::emit(std::size_t bytes, std::uint64_t lines) {
  buffer_.options().cookie = undelivered_.take(lines);
  const weir_status sent = buffer_.emit(bytes, WEIR_RAW_STREAM, lane_);
  if (sent != WEIR_OK) undelivered_.acknowledge(buffer_.options().cookie);
  if (sent == WEIR_WOULD_BLOCK) return Next::wait_for_room;
  home_.count(bytes_read, bytes);
  home_.count(lines_read, lines);
  home_.gauge(lines_undelivered, undelivered_.lines());
  offset_ += static_cast<std::int64_t>(bytes);
  return sent == WEIR_OK ? Next::again : Next::wait_for_more;
}

// A pipe cannot be read twice: its lines are put together by the host.
Follower::Next Follower::read_pipe() {
  for (std::size_t done = 0; done < turn_bytes;) {
    if (undelivered_.room() == 0 || buffer_.ready() != WEIR_OK) return Next::wait_for_room;
    const ssize_t n = read_at(buffer_.data(), buffer_.capacity());
    if (n <= 0) {
      buffer_.rest();
      return Next::wait_for_more;
    }
    const std::string_view text(buffer_.data(), static_cast<std::size_t>(n));
    std::uint64_t lines = 0;
    whole_lines(text, text.size(), lines);
    done += text.size();
    emit(text.size(), std::max<std::uint64_t>(lines, 1));
  }
  return Next::again;
}

Follower::Next Follower::read_texts() {
  if (!lines_) return Next::wait_for_more;
  std::string bytes(piece_bytes, '\0');
  for (std::size_t done = 0; done < turn_bytes;) {
    const ssize_t n = read_at(bytes.data(), bytes.size());
    if (n <= 0) return Next::wait_for_more;
    const std::string_view fresh(bytes.data(), static_cast<std::size_t>(n));
    offset_ += n;
    done += fresh.size();
    home_.count(bytes_read, fresh.size());
    lines_->add(fresh, home_.now(), texts_);
    const Next sent = send_texts();
    if (sent != Next::again) return sent;
  }
  return Next::again;
}

// again: all of them are sent.
Follower::Next Follower::send_texts() {
  std::size_t at = 0;
  Next next = Next::again;
  while (at < texts_.size() && next == Next::again) {
    const std::uint64_t room = std::min<std::uint64_t>(undelivered_.room(), texts_per_batch);
    const std::size_t end = std::min<std::size_t>(at + room, texts_.size());
    builder rows;
    rows.set_now(home_.now());
    for (std::size_t i = at; i < end; ++i) {
      rows.raw(texts_[i], WEIR_RAW_RECORD, lane_);
      if (!settings_.path_tag.empty()) rows.tag(settings_.path_tag, path_);
    }
    emit_options where = on_lane(lane_);
    weir_buf block{};
    if (room == 0 || home_.take(where, rows.bytes(), block) != WEIR_OK) {
      next = Next::wait_for_room;
      break;
    }
    where.cookie = undelivered_.take(end - at);
    rows.seal(block.data);
    const weir_status sent = home_.send(where, block);
    if (sent != WEIR_OK) {
      undelivered_.acknowledge(where.cookie);
      home_.lost(static_cast<std::uint32_t>(end - at), sent);
    }
    home_.count(lines_read, end - at);
    at = end;
  }
  texts_.erase(texts_.begin(), texts_.begin() + static_cast<std::ptrdiff_t>(at));
  home_.gauge(lines_undelivered, undelivered_.lines());
  return next;
}

Follower::Next Follower::expire(std::int64_t now_ns) {
  if (!lines_) return Next::wait_for_more;
  lines_->expire(now_ns, texts_);
  return send_texts() == Next::again ? Next::wait_for_more : Next::wait_for_room;
}

Follower::Name Follower::name() const {
  struct stat now{};
  if (::stat(path_.c_str(), &now) != 0) return Name::nobodys;
  return now.st_dev == device_ && now.st_ino == inode_ ? Name::mine : Name::anothers;
}

void Follower::look() { changed = changed || (is_open() && is_shorter()); }

bool Follower::is_idle_since(std::int64_t steady_ns) const {
  return !changed && !waits_for_room && texts_.empty() && last_ns_ < steady_ns;
}

void Follower::end() {
  if (lines_) {
    lines_->finish(texts_);
    send_texts();
    lines_.emplace(settings_.text);
    return;
  }
  buffer_.options().cookie = 0;
  // The last line may have no line break.
  std::size_t n = 0;
  if (is_open() && !settings_.pipe && buffer_.ready() == WEIR_OK) {
    const ssize_t got = read_at(buffer_.data(), buffer_.capacity());
    n = got > 0 ? static_cast<std::size_t>(got) : 0;
    home_.count(bytes_read, n);
    offset_ += static_cast<std::int64_t>(n);
  }
  buffer_.emit(n, WEIR_RAW_STREAM, lane_, true);
}

void Follower::save() const {
  if (is_open() && !settings_.pipe) save_offset(path_, offset_);
}

}  // namespace weir::tail
