#include "plugins/inputs/system/platform.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "plugins/common/procfs/file.hpp"
#include "plugins/common/procfs/text.hpp"

namespace weir::system_input {
namespace {

// A file as short as that says nothing.
constexpr off_t empty_bytes_max = 4;

bool has_content(const std::string& path) {
  struct stat about{};
  return stat(path.c_str(), &about) == 0 && about.st_size > empty_bytes_max &&
         !S_ISDIR(about.st_mode);
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return made;
}

std::string without(std::string_view text, char unwanted) {
  std::string made(text);
  made.erase(std::remove(made.begin(), made.end(), unwanted), made.end());
  return made;
}

// All lines as one, in small letters.
std::string flat(std::string_view release) { return lower(without(release, '\n')); }

std::string first_line(std::string_view text) { return std::string(procfs::take_line(text)); }

// The value behind NAME= in a file of such lines; what follows a second "=" does not belong to it.
std::string assigned(std::string_view text, std::string_view name) {
  std::string value;
  while (!text.empty()) {
    std::string_view line = procfs::take_line(text);
    if (line.find('=') == std::string_view::npos || procfs::take_until(line, '=') != name) continue;
    value = procfs::take_until(line, '=');
  }
  return value;
}

std::string unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return std::string(quoted ? text.substr(1, text.size() - 2) : text);
}

// The leading characters of text that are digits or dots.
std::string_view digits_and_dots(std::string_view text) {
  return text.substr(0, text.find_first_not_of("0123456789."));
}

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

class Finder {
 public:
  explicit Finder(const procfs::Roots& roots) : etc_(roots.etc) {
    const std::string lsb = text_of("lsb-release");
    lsb_id_ = without(assigned(lsb, "DISTRIB_ID"), '"');
    lsb_release_ = without(assigned(lsb, "DISTRIB_RELEASE"), '"');
  }

  Platform find() {
    Platform platform;
    const bool found = from_oracle(platform) || from_slackware(platform) || from_debian(platform) ||
                       from_redhat(platform) || from_others(platform) || from_os_release(platform);
    if (!found) from_lsb(platform);
    platform.family = family_of(platform.name);
    return platform;
  }

 private:
  std::string path(const char* file) const { return procfs::join(etc_, file); }
  std::string text_of(const char* file) const { return procfs::read_trimmed(path(file)); }
  bool has(const char* file) const { return has_content(path(file)); }

  bool from_oracle(Platform& platform) const {
    for (const char* file : {"oracle-release", "enterprise-release"}) {
      if (!has(file)) continue;
      platform = {"oracle", "", redhat_version(text_of(file))};
      return true;
    }
    return false;
  }

  bool from_slackware(Platform& platform) const {
    if (!has("slackware-version")) return false;
    std::string version = flat(text_of("slackware-version"));
    const std::string_view prefix = "slackware ";
    const std::size_t at = version.find(prefix);
    if (at != std::string::npos) version.erase(at, prefix.size());
    platform = {"slackware", "", version};
    return true;
  }

  bool from_debian(Platform& platform) const {
    static constexpr struct {
      std::string_view lsb_id;
      const char* name;
    } derived[] = {{"Ubuntu", "ubuntu"},
                   {"LinuxMint", "linuxmint"},
                   {"Kylin", "Kylin"},
                   {"uos", "uos"},
                   {"Deepin", "Deepin"}};
    if (!has("debian_version")) return false;
    for (const auto& known : derived) {
      if (lsb_id_ != known.lsb_id) continue;
      platform = {known.name, "", lsb_release_};
      return true;
    }
    const char* name = has_content("/usr/bin/raspi-config") ? "raspbian" : "debian";
    platform = {name, "", first_line(text_of("debian_version"))};
    return true;
  }

  bool from_redhat(Platform& platform) const {
    for (const char* file : {"neokylin-release", "redhat-release", "system-release"}) {
      if (!has(file)) continue;
      const std::string release = text_of(file);
      platform = {redhat_name(release), "", redhat_version(release)};
      return true;
    }
    return false;
  }

  bool from_others(Platform& platform) const {
    if (has("gentoo-release")) {
      platform = {"gentoo", "", redhat_version(text_of("gentoo-release"))};
    } else if (has("SuSE-release")) {
      const std::string release = text_of("SuSE-release");
      const bool open = flat(release).find("opensuse") != std::string::npos;
      platform = {open ? "opensuse" : "suse", "", suse_version(release)};
    } else if (has("arch-release")) {
      platform = {"arch", "", lsb_release_};
    } else if (has("alpine-release")) {
      platform = {"alpine", "", first_line(text_of("alpine-release"))};
    }
    return !platform.name.empty();
  }

  bool from_os_release(Platform& platform) const {
    if (!has("os-release")) return false;
    const std::string release = text_of("os-release");
    std::string name = unquoted(assigned(release, "ID"));
    if (name == "amzn") name = "amazon";
    platform = {without(name, '"'), "", unquoted(assigned(release, "VERSION_ID"))};
    return true;
  }

  void from_lsb(Platform& platform) const {
    const bool scientific = lsb_id_ == "ScientificSL";
    platform = {scientific ? "scientific" : lower(lsb_id_), "", lsb_release_};
  }

  std::string etc_;
  std::string lsb_id_, lsb_release_;
};

}  // namespace

Platform read_platform(const procfs::Roots& roots) { return Finder(roots).find(); }

std::string_view family_of(std::string_view platform) {
  static constexpr struct {
    std::string_view family, members;  // members with a blank around each
  } families[] = {
      {"debian", " debian ubuntu linuxmint raspbian Kylin cumuluslinux uos Deepin "},
      {"rhel",
       " oracle centos redhat scientific enterpriseenterprise amazon xenserver cloudlinux "
       "ibm_powerkvm rocky almalinux "},
      {"suse",
       " suse opensuse opensuse-leap opensuse-tumbleweed opensuse-tumbleweed-kubic sles sled "
       "caasp "},
      {"", " fedora gentoo slackware arch exherbo alpine coreos solus neokylin anolis "},
  };
  if (platform.empty()) return {};
  const std::string member = ' ' + std::string(platform) + ' ';
  for (const auto& known : families) {
    if (known.members.find(member) == std::string_view::npos) continue;
    return known.family.empty() ? platform : known.family;
  }
  return {};
}

std::string redhat_version(std::string_view release) {
  const std::string text = flat(release);
  if (text.find("rawhide") != std::string::npos) return "rawhide";
  const std::string_view word = "release ";
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const std::string_view rest = std::string_view(text).substr(at + word.size());
    if (rest.empty() || !is_word_character(rest[0])) continue;
    return std::string(rest.substr(0, 1 + digits_and_dots(rest.substr(1)).size()));
  }
  return {};
}

std::string redhat_name(std::string_view release) {
  const std::string text = flat(release);
  if (text.find("red hat") != std::string::npos) return "redhat";
  return text.substr(0, text.find(' '));
}

std::string suse_version(std::string_view release) {
  const std::string_view version_word = "VERSION = ";
  const std::string_view level_word = "PATCHLEVEL = ";
  std::string version;
  while (!release.empty()) {
    const std::string_view line = procfs::take_line(release);
    const std::size_t version_at = line.find(version_word);
    const std::size_t level_at = line.find(level_word);
    if (version_at != std::string_view::npos) {
      version = digits_and_dots(line.substr(version_at + version_word.size()));
    } else if (level_at != std::string_view::npos) {
      version.append(".").append(digits_and_dots(line.substr(level_at + level_word.size())));
    }
  }
  return version;
}

}  // namespace weir::system_input
