#pragma once

// Notices that the files of the configuration are others than before: written, renamed into place, or reached by
// another link (as Kubernetes exchanges the ..data of a mounted ConfigMap).
//
// notify  inotify on the folders of the files, of what they link to, and on the configuration directories; the files
//         are looked at only after something happened there.
// poll    The files are looked at each time: where inotify sees nothing, as on network file systems.
//
// Threads  One at a time.
// Errors   Where inotify is not to be had (its limits) it polls, and says so.

#include <cstdint>
#include <string>
#include <vector>

namespace weir::runtime {

class ConfigWatch {
 public:
  struct Settings {
    bool poll{false};
    std::vector<std::string> files;         // May be links.
    std::vector<std::string> directories;   // Of *.conf files.
    std::int64_t interval_ns{250'000'000};  // Between two looks: the caller's business.
    std::int64_t debounce_ns{0};            // So long nothing may change any more before it counts.
  };
  explicit ConfigWatch(Settings settings);
  ConfigWatch(const ConfigWatch&) = delete;
  ConfigWatch& operator=(const ConfigWatch&) = delete;
  ~ConfigWatch();

  // Did they change since the last time it said so, and are they at rest? Asked each interval.
  [[nodiscard]] bool changed(std::int64_t now_ns);
  [[nodiscard]] const Settings& settings() const { return settings_; }

 private:
  void watch_folders();
  bool anything_happened();
  [[nodiscard]] std::string look() const;

  const Settings settings_;
  int inotify_{-1};           // -1: polls.
  std::string told_;          // What the files were when it said so.
  std::string last_;          // At the last look.
  std::int64_t since_ns_{0};  // How long they are like that.
  bool pending_{false};       // They are not what they were, or may still change.
};

}  // namespace weir::runtime
