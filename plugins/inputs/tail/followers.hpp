#pragma once

// The plugin's thread: finds files, follows them, and notices what has changed.
//
// Threads    Made and destroyed by one; resume() and acknowledge() from any.
// Errors     What is thrown while it runs is logged.
// Rotation   When a name belongs to another file, that one is followed at once, beside the old one, which is left
//            when nothing came for a while: whoever writes may still have it open.
// Limits     files_max names at the same time.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <weir/sink.hpp>

#include "plugins/common/paths/path_glob.hpp"
#include "plugins/common/sockets/poller.hpp"
#include "plugins/inputs/tail/follower.hpp"
#include "plugins/inputs/tail/undelivered.hpp"
#include "plugins/inputs/tail/watcher.hpp"

namespace weir::tail {

enum class Begin : std::uint8_t { beginning, end, saved_or_beginning, saved_or_end };

struct FollowersSettings {
  std::vector<std::string> names;          // as they are written
  std::vector<common::PathGlob> patterns;  // of each name
  Begin begin = Begin::saved_or_end;
  bool poll = false;
  std::uint64_t undelivered_max = 1000;
  FollowSettings follow{};
};

class Followers {
 public:
  static constexpr std::size_t files_max = 20'000;

  Followers(host home, const FollowersSettings& settings);
  Followers(const Followers&) = delete;
  Followers& operator=(const Followers&) = delete;
  ~Followers();

  // Some lane has room again.
  void resume();
  void acknowledge(std::uint64_t cookie);

 private:
  using All = std::map<std::string, std::unique_ptr<Follower>>;

  void run();
  int step();
  void scan();
  void add(const std::string& path, std::optional<std::int64_t> from);
  void watch(Follower& f);
  void check_all();
  bool check(Follower& f);
  void end_idle_ones();
  void read_all(bool room);
  void expire_all();
  template <typename F>
  void each(F&& f);
  void on_changed(int watch, bool renamed);
  std::optional<std::int64_t> begin_of(const std::string& path) const;
  int timeout_ms(bool again, std::int64_t now_ns) const;
  void end();

  host home_;
  const FollowersSettings& settings_;
  common::Poller poller_;
  Undelivered undelivered_;
  std::unique_ptr<Watcher> watcher_;                // none where files are polled
  All all_;                                         // by the name that they have or wait for
  std::vector<std::unique_ptr<Follower>> leaving_;  // whose names belong to others by now
  std::unordered_map<int, Follower*> by_watch_;
  std::uint32_t last_lane_ = 0;
  std::int64_t next_scan_ns_ = 0;
  std::int64_t hurry_until_ns_ = 0;  // a name has no file: its new one is awaited
  bool again_ = false;               // there is more to be read at once
  bool suspicious_ = false;          // a name may belong to another file
  bool scanned_ = false;             // what is found from here on is new
  std::atomic<bool> room_{false};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace weir::tail
