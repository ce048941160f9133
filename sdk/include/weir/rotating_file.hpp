#pragma once

// A file that lines are appended to and that is renamed away by age or size: NAME.EXT becomes
// NAME.2026-01-02-1767322800.EXT, and the oldest of those are removed.
//
// Threads    One thread at a time.
// Errors     open() and append() return why, and leave the cause in errno. What append() could
//            write of bytes that did not fit is taken back, as far as the file can be cut. A
//            rotation that fails leaves the file open and is tried again at the next append.
// Limits     Only regular files are rotated.
// Units      Bytes; nanoseconds since the Unix epoch, given by the caller.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <weir/timezone.hpp>

namespace weir {
inline namespace v1 __attribute__((visibility("hidden"))) {

  // When a file is renamed away, and how many renamed ones stay.
  struct rotation_rules {
    std::int64_t interval_ns = 0;     // 0 = not by age
    std::int64_t size_bytes_max = 0;  // 0 = not by size
    std::int32_t archives_max = 5;    // -1 = all stay
  };

  class rotating_file {
   public:
    rotating_file() = default;
    rotating_file(const rotating_file&) = delete;
    rotating_file& operator=(const rotating_file&) = delete;
    ~rotating_file() { close(); }

    // Opens for appending, making the folder (for the owner only) and the file where they are
    // missing; a file that is already too old or large is rotated first. Empty, or why it failed.
    std::string open(const std::string& path, const rotation_rules& rules, std::int64_t now_ns) {
      close();
      path_ = path;
      rules_ = rules;
      make_folder();
      if (!reopen(now_ns)) return "cannot open " + path_ + ": " + reason();
      rotate_if_due(now_ns);
      return is_open() ? "" : "cannot open " + path_ + " again: " + reason();
    }

    // Writes all of the bytes and hands them to the system, then rotates if it is time. Empty, or why
    // it failed.
    std::string append(std::string_view bytes, std::int64_t now_ns) {
      kept_bytes_ = 0;
      if (!is_open() && !reopen(now_ns)) {
        return "cannot open " + path_ + ": " + reason();
      }
      const std::size_t written = write_all(bytes);
      if (written < bytes.size()) {
        const int why = errno;
        if (!take_back(written)) kept_bytes_ = written;
        errno = why;
        return "cannot write to " + path_ + ": " + std::generic_category().message(why);
      }
      size_bytes_ += static_cast<std::int64_t>(bytes.size());
      rotate_if_due(now_ns);
      return {};
    }
    // How many bytes of the last append that failed are in the file nevertheless: it is a pipe, or
    // somebody else appends to it.
    std::size_t kept_bytes() const { return kept_bytes_; }

    // Renames the file away when it is too old or too large; called by append, and by whoever has
    // nothing to append.
    void rotate_if_due(std::int64_t now_ns) {
      const bool old =
          rules_.interval_ns > 0 && now_ns - since_ns_ >= rules_.interval_ns && size_bytes_ > 0;
      const bool large = rules_.size_bytes_max > 0 && size_bytes_ >= rules_.size_bytes_max;
      if (!is_open() || !regular_ || (!old && !large)) return;
      std::error_code failed;
      std::filesystem::rename(path_, archive_name(now_ns / 1'000'000'000), failed);
      if (failed) return;
      close();
      reopen(now_ns);
      since_ns_ = now_ns;
      purge();
    }

    // Without rotating; append opens it again.
    void close() {
      if (is_open()) ::close(file_);
      file_ = -1;
    }
    // False also after a failure, until the next append.
    bool is_open() const { return file_ >= 0; }

   private:
    static std::string reason() { return std::generic_category().message(errno); }
    void make_folder() const {
      namespace fs = std::filesystem;
      const fs::path folder = fs::path(path_).parent_path();
      std::error_code failed;  // If it matters, opening the file fails and says so.
      if (folder.empty() || fs::exists(folder, failed)) return;
      fs::create_directories(folder, failed);
      fs::permissions(folder, fs::perms::owner_all, failed);
    }
    bool reopen(std::int64_t now_ns) {
      file_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
      if (!is_open()) return false;
      struct stat now{};
      regular_ = ::fstat(file_, &now) == 0 && S_ISREG(now.st_mode);
      size_bytes_ = regular_ ? std::int64_t{now.st_size} : 0;
      since_ns_ = size_bytes_ == 0 ? now_ns : std::min(now_ns, modified_ns(now_ns));
      return true;
    }
    // How much was written; less than all of it with errno set.
    std::size_t write_all(std::string_view bytes) const {
      std::size_t done = 0;
      while (done < bytes.size()) {
        const ssize_t n = ::write(file_, bytes.data() + done, bytes.size() - done);
        if (n >= 0) {
          done += static_cast<std::size_t>(n);
        } else if (errno != EINTR) {
          return done;
        }
      }
      return done;
    }
    // Cuts off the last bytes that were written, unless somebody else wrote behind them.
    bool take_back(std::size_t bytes) const {
      if (bytes == 0) return true;
      struct stat now{};
      const off_t end = ::lseek(file_, 0, SEEK_CUR);
      if (!regular_ || ::fstat(file_, &now) != 0 || now.st_size != end) return false;
      return ::ftruncate(file_, end - static_cast<off_t>(bytes)) == 0;
    }
    // An agent that is restarted more often than the interval must still rotate: the age counts from
    // the last write.
    std::int64_t modified_ns(std::int64_t now_ns) const {
      using file_clock = std::filesystem::file_time_type::clock;
      std::error_code unknown;
      const auto at = std::filesystem::last_write_time(path_, unknown);
      if (unknown) return now_ns;
      const auto age = file_clock::now() - at;
      return now_ns - std::chrono::duration_cast<std::chrono::nanoseconds>(age).count();
    }
    std::string stem() const { return path_.substr(0, path_.size() - extension().size()); }
    std::string extension() const { return std::filesystem::path(path_).extension().string(); }

    std::string archive_name(std::int64_t unix_s) const {
      const civil_time t = civil_of(unix_s);
      char date[40];
      std::snprintf(date, sizeof date, ".%04d-%02d-%02d-%lld", static_cast<int>(t.year), t.month,
                    t.day, static_cast<long long>(unix_s));
      long long number = -1;
      for (const archive& a : archives()) {
        if (a.unix_s == unix_s) number = std::max(number, a.number);
      }
      const std::string again = number < 0 ? "" : "-" + std::to_string(number + 1);
      return stem() + date + again + extension();
    }
    // A renamed file: the second in which it was renamed, and its number where that second saw
    // several.
    struct archive {
      long long unix_s = 0, number = 0;
      std::filesystem::path path;
      bool operator<(const archive& o) const {
        return unix_s != o.unix_s ? unix_s < o.unix_s : number < o.number;
      }
    };
    void purge() const {
      if (rules_.archives_max < 0) return;
      std::vector<archive> all = archives();
      std::sort(all.begin(), all.end());
      std::error_code failed;
      for (std::size_t i = 0; i + static_cast<std::size_t>(rules_.archives_max) < all.size(); ++i) {
        std::filesystem::remove(all[i].path, failed);
      }
    }
    std::vector<archive> archives() const {
      std::filesystem::path folder = std::filesystem::path(path_).parent_path();
      if (folder.empty()) folder = ".";
      std::vector<archive> found;
      std::error_code failed;
      for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end;
           at.increment(failed)) {
        archive a;
        a.path = at->path();
        if (is_archive(a.path.filename().string(), a)) found.push_back(std::move(a));
      }
      return found;
    }
    bool is_archive(const std::string& name, archive& a) const {
      const std::string prefix = std::filesystem::path(stem()).filename().string() + ".";
      const std::string end = extension();
      if (name.size() <= prefix.size() + end.size() ||
          name.compare(0, prefix.size(), prefix) != 0) {
        return false;
      }
      if (name.compare(name.size() - end.size(), end.size(), end) != 0) return false;
      const std::string middle =
          name.substr(prefix.size(), name.size() - prefix.size() - end.size());
      int used = 0, year = 0, month = 0, day = 0;
      if (std::sscanf(middle.c_str(), "%4d-%2d-%2d-%15lld%n", &year, &month, &day, &a.unix_s,
                      &used) != 4) {
        return false;
      }
      const std::string rest = middle.substr(static_cast<std::size_t>(used));
      return rest.empty() || (std::sscanf(rest.c_str(), "-%9lld%n", &a.number, &used) == 1 &&
                              static_cast<std::size_t>(used) == rest.size());
    }

    std::string path_;
    rotation_rules rules_;
    int file_ = -1;
    bool regular_ = false;
    std::size_t kept_bytes_ = 0;
    std::int64_t size_bytes_ = 0, since_ns_ = 0;
  };

}  // namespace v1
}  // namespace weir
