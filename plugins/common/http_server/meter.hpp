#pragma once

// What the bodies of one worker's requests hold in memory, charged to the host's budget.
//
// Threads  The worker's.
// Errors   No room within the budget throws NoRoom; nothing is held more then.

#include <cstddef>

#include <weir/error.hpp>

#include "plugins/common/memory/charge.hpp"

namespace weir::http {

// The request is to come again later.
struct NoRoom : fail {
  NoRoom() : fail("no memory for the request body") {}
};

class Meter {
 public:
  // In [life].
  explicit Meter(const host& home) { charge_.attach(home); }

  void add(std::size_t bytes) {
    if (!charge_.hold(bytes_ + bytes)) throw NoRoom();
    bytes_ += bytes;
  }
  void sub(std::size_t bytes) {
    bytes_ -= bytes;
    charge_.hold(bytes_);
  }

 private:
  common::Charge charge_;
  std::size_t bytes_ = 0;
};

// One holder's part of it, given back with the holder.
class Holding {
 public:
  explicit Holding(Meter& meter) : meter_(meter) {}
  Holding(const Holding&) = delete;
  Holding& operator=(const Holding&) = delete;
  ~Holding() { meter_.sub(bytes_); }

  void set(std::size_t bytes) {
    if (bytes > bytes_) meter_.add(bytes - bytes_);
    if (bytes < bytes_) meter_.sub(bytes_ - bytes);
    bytes_ = bytes;
  }

 private:
  Meter& meter_;
  std::size_t bytes_ = 0;
};

}  // namespace weir::http
