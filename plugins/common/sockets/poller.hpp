#pragma once

// Waits for descriptors.
//
// Threads    One thread adds, removes and waits; wake() from any.
// Ownership  Descriptors and handlers are the caller's; they are removed before they go away. A handler may
//            remove itself while it is called, but no other.

#include <cstdint>

namespace weir::common {

class Poller {
 public:
  class Handler {
   public:
    virtual ~Handler() = default;
    virtual void on_ready() = 0;
  };
  // shared: several pollers wait for the descriptor, and not all of them are woken.
  enum class For : std::uint8_t { reading, writing, shared };

  Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  ~Poller();

  void add(int descriptor, Handler& handler, For what = For::reading);
  void change(int descriptor, Handler& handler, For what);
  void remove(int descriptor);

  // Calls the handlers that are ready; waits for one, for wake(), or for that long (-1 = for ever).
  void wait(int timeout_ms);
  void wake();

 private:
  int epoll_, wake_;
};

}  // namespace weir::common
