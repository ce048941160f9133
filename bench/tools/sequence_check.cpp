// Counts which of the numbered records arrived in files of line protocol or JSON.
//
//   sequence_check RECORDS FIRST FILE...
//
// A record is a line with the field seq; its number counts from FIRST. Standard output:
// {"lines":,"distinct":,"duplicate":,"missing":,"foreign":}; foreign are lines without a number of
// the range.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "bench/tools/program.hpp"

namespace weir::bench {
namespace {

constexpr std::uint64_t seq_base = 100'000'000'000;  // as line_sender has it

class Seen {
 public:
  Seen(std::uint64_t records, std::uint64_t first) : first_(seq_base + first), seen_(records) {}
  void line(std::string_view line) {
    ++lines_;
    const std::size_t at = line.find_first_of("0123456789", line.find("seq"));
    const std::uint64_t number = at == std::string_view::npos ? 0 : number_at(line.substr(at));
    if (number < first_ || number - first_ >= seen_.size()) {
      ++foreign_;
    } else if (seen_[number - first_]) {
      ++duplicate_;
    } else {
      seen_[number - first_] = true;
      ++distinct_;
    }
  }
  void print() const {
    std::printf("{\"lines\":%" PRIu64 ",\"distinct\":%" PRIu64 ",\"duplicate\":%" PRIu64
                ",\"missing\":%" PRIu64 ",\"foreign\":%" PRIu64 "}\n",
                lines_, distinct_, duplicate_, seen_.size() - distinct_, foreign_);
  }

 private:
  static std::uint64_t number_at(std::string_view text) {
    std::uint64_t number = 0;
    for (const char c : text) {
      if (c < '0' || c > '9') break;
      number = number * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return number;
  }
  const std::uint64_t first_;
  std::vector<bool> seen_;
  std::uint64_t lines_ = 0, distinct_ = 0, duplicate_ = 0, foreign_ = 0;
};

void read_lines(std::string_view text, Seen& seen) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    seen.line(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

void read_file(const std::string& path, Seen& seen) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat what{};
  if (fd < 0 || ::fstat(fd, &what) != 0) {
    throw std::system_error(errno, std::generic_category(), path);
  }
  const auto bytes = static_cast<std::size_t>(what.st_size);
  void* mapped = bytes == 0 ? nullptr : ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
  ::close(fd);
  if (mapped == MAP_FAILED) throw std::system_error(errno, std::generic_category(), path);
  read_lines({static_cast<const char*>(mapped), bytes}, seen);
  if (mapped != nullptr) ::munmap(mapped, bytes);
}

int run(const std::vector<std::string>& words) {
  Seen seen(std::stoull(words.at(0)), std::stoull(words.at(1)));
  for (std::size_t i = 2; i < words.size(); ++i) read_file(words[i], seen);
  seen.print();
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  return weir::bench::run_tool("sequence_check", argc, argv, weir::bench::run);
}
