#include "core/runtime/state_directory.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace weir::runtime {
namespace {

constexpr std::string_view version_name = "weir-state ";
constexpr const char* own_directory =
    "give this agent another one ([weir] state_directory), or see to it that its user may write "
    "there";

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// "weir-state 1": 1. 0 for anything else.
unsigned version_in(std::string_view text) {
  unsigned number = 0;
  if (!text.starts_with(version_name)) return 0;
  text.remove_prefix(version_name.size());
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

Error StateDirectory::refused(const Error& error, const std::string& remedy) const {
  return {error.kind,
          "the state directory " + path_ + " cannot be used: " + error.message + "; " + remedy};
}

Result<std::string> StateDirectory::directory() {
  const std::lock_guard lock(mutex_);
  if (lock_) return path_;
  if (Status s = open_locked(); !s.ok()) {
    lock_.reset();
    return s.error();
  }
  return path_;
}

Status StateDirectory::open_locked() {
  if (path_.empty()) {
    return Error{ErrorKind::bad_config,
                 "there is no state directory: set [weir] state_directory, or $HOME"};
  }
  if (Status s = disk_.make_directories(path_); !s.ok()) return refused(s.error(), own_directory);
  auto held = disk_.lock(path_ + "/lock");
  if (!held.ok()) {
    const bool taken = held.error().message.find(" is held by ") != std::string::npos;
    return refused(held.error(), taken ? "stop that agent, or give this one another directory "
                                         "([weir] state_directory)"
                                       : own_directory);
  }
  lock_ = std::move(held).value();
  return check_version();
}

Status StateDirectory::check_version() {
  const std::string file = path_ + "/state-format";
  if (!disk_.exists(file)) return write_version();
  auto opened = disk_.open(file, Disk::Mode::read);
  if (!opened.ok()) return refused(opened.error(), own_directory);
  std::array<std::uint8_t, 64> text{};
  const auto n = opened.value()->read(text, 0);
  if (!n.ok()) return refused(n.error(), own_directory);
  const unsigned found = version_in({reinterpret_cast<const char*>(text.data()), n.value()});
  if (found != 0 && found <= version) return ok_status();
  const Error why{ErrorKind::bad_config, found == 0 ? file + " does not say \"weir-state 1\""
                                                    : "it is of version " + std::to_string(found) +
                                                          " and this program knows " +
                                                          std::to_string(version)};
  return refused(why, found == 0 ? "name a directory that is Weir's alone, or correct the file"
                                 : "run the newer version again, or name another directory "
                                   "([weir] state_directory) and leave this one to it");
}

// In place at once, so that a power cut leaves no half of it.
Status StateDirectory::write_version() {
  const std::string fresh = path_ + "/state-format.new";
  const std::string text = std::string(version_name) + std::to_string(version) + "\n";
  auto made = disk_.open(fresh, Disk::Mode::create);
  Status s = made.ok() ? made.value()->truncate(0) : Status(made.error());
  if (s.ok()) s = made.value()->write_one(bytes_of(text), 0);
  if (s.ok()) s = made.value()->sync();
  if (s.ok()) s = disk_.rename(fresh, path_ + "/state-format");
  if (s.ok()) s = disk_.sync_directory(path_);
  return s.ok() ? s : refused(s.error(), own_directory);
}

}  // namespace weir::runtime
