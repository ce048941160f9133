#pragma once

// Reads datagrams many at a time into buffers that are used again and again.
//
//   common::Datagrams in(descriptor);
//   const std::size_t n = in.receive();
//   for (std::size_t i = 0; i < n; ++i) use(in[i]);
//
// Threads    One thread at a time.
// Ownership  The descriptor is the caller's, non-blocking. What [] hands out is valid until the next receive().
// Limits     slots_max datagrams a call, datagram_bytes_max each: a longer one is truncated. Of a buffer only
//            those pages take memory that a datagram has reached.

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace weir::common {

class Datagrams {
 public:
  static constexpr std::size_t slots_max = 64;
  static constexpr std::size_t datagram_bytes_max = std::size_t{64} << 10;

  explicit Datagrams(int descriptor);
  Datagrams(const Datagrams&) = delete;
  Datagrams& operator=(const Datagrams&) = delete;
  ~Datagrams();

  struct Datagram {
    std::string_view bytes;
    const sockaddr_storage& peer;
    bool truncated;
  };
  // Takes what is there, at most slots_max, and says how many that were. Does not wait.
  std::size_t receive();
  Datagram operator[](std::size_t i) const;
  // Whether the last call may have left some.
  bool more() const { return more_; }
  // How many the kernel has dropped since the last time this was asked, because the socket's buffer was full.
  // It tells with the next datagram that it takes.
  std::uint32_t take_dropped();

 private:
  struct Slots;
  void read_dropped(std::size_t slot);

  int descriptor_;
  std::unique_ptr<Slots> slots_;
  std::uint32_t dropped_ = 0, told_ = 0;  // as the kernel counts, since the socket was made
  bool more_ = false;
};

}  // namespace weir::common
