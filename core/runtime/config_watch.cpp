#include "core/runtime/config_watch.hpp"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "core/base/log.hpp"

namespace weir::runtime {
namespace {

namespace fs = std::filesystem;

// The file that the path leads to, as it is now.
std::string mark_of(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return path + " none\n";
  return path + ' ' + std::to_string(info.st_dev) + ' ' + std::to_string(info.st_ino) + ' ' +
         std::to_string(info.st_size) + ' ' + std::to_string(info.st_mtim.tv_sec) + '.' +
         std::to_string(info.st_mtim.tv_nsec) + '\n';
}

std::vector<std::string> files_in(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator at(directory, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (at->path().extension() == ".conf") files.push_back(at->path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string folder_of(const fs::path& file) {
  const fs::path folder = file.parent_path();
  return folder.empty() ? "." : folder.string();
}

}  // namespace

ConfigWatch::ConfigWatch(Settings settings) : settings_(std::move(settings)) {
  if (!settings_.poll) {
    inotify_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (inotify_ < 0) {
      Logger("agent").warn("no inotify for --watch-config (see fs.inotify.max_user_instances): " +
                           std::generic_category().message(errno) + "; the files are polled");
    }
  }
  watch_folders();
  told_ = last_ = look();
}

ConfigWatch::~ConfigWatch() {
  if (inotify_ >= 0) ::close(inotify_);
}

// Watching a folder again is no harm: links may lead elsewhere by now.
void ConfigWatch::watch_folders() {
  if (inotify_ < 0) return;
  std::vector<std::string> folders = settings_.directories;
  std::vector<std::string> files = settings_.files;
  for (const std::string& directory : settings_.directories) {
    for (std::string& file : files_in(directory)) files.push_back(std::move(file));
  }
  for (const std::string& file : files) {
    folders.push_back(folder_of(file));
    std::error_code error;
    const fs::path real = fs::canonical(file, error);
    if (!error) folders.push_back(folder_of(real));
  }
  constexpr std::uint32_t events =
      IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB;
  for (const std::string& folder : folders) {
    if (::inotify_add_watch(inotify_, folder.c_str(), events) >= 0) continue;
    Logger("agent").warn("the folder " + folder +
                         " cannot be watched: " + std::generic_category().message(errno) +
                         "; use --watch-config poll, or send SIGHUP");
  }
}

bool ConfigWatch::anything_happened() {
  if (inotify_ < 0) return true;
  alignas(inotify_event) std::array<char, 4096> events{};
  bool any = false;
  while (::read(inotify_, events.data(), events.size()) > 0) any = true;
  return any;
}

std::string ConfigWatch::look() const {
  std::string marks;
  for (const std::string& file : settings_.files) marks += mark_of(file);
  for (const std::string& directory : settings_.directories) {
    for (const std::string& file : files_in(directory)) marks += mark_of(file);
  }
  return marks;
}

// A file that is being written changes from look to look: what two looks saw alike is at rest.
bool ConfigWatch::changed(std::int64_t now_ns) {
  if (!anything_happened() && !pending_) return false;
  std::string now = look();
  if (now != last_) {
    last_ = std::move(now);
    since_ns_ = now_ns;
    pending_ = true;
    return false;
  }
  if (last_ == told_) return pending_ = false;
  if (!pending_ || now_ns - since_ns_ < settings_.debounce_ns) return false;
  told_ = last_;
  pending_ = false;
  watch_folders();
  return true;
}

}  // namespace weir::runtime
