#pragma once

// Tells that files have changed, by inotify. What changed is found out by looking at the files.
//
// Threads    One thread at a time.
// Errors     add() says false where the system's limits are reached: such a file has to be looked at now and then.
// Limits     fs.inotify.max_user_watches, max_user_instances.

#include <cstdint>
#include <functional>
#include <string>

#include "plugins/common/sockets/poller.hpp"

namespace weir::tail {

class Watcher final : public common::Poller::Handler {
 public:
  // renamed: the name may be another file's. watch is -1 where notices were lost.
  using Changed = std::function<void(int watch, bool renamed)>;

  Watcher(common::Poller& poller, Changed changed);
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  ~Watcher() override;

  // The number of the watch, or -1.
  int add(const std::string& path);
  void remove(int watch);
  void on_ready() override;

 private:
  common::Poller& poller_;
  const Changed changed_;
  const int descriptor_;
};

}  // namespace weir::tail
