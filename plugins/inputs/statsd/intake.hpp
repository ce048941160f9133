#pragma once

// What is received goes through here to the store, with everything that is told of it: counts, problems, and
// the rows of events, which go to the host at once.
//
// Threads    read() and finish() on the receiving thread; flush() from any. The store's lock is taken inside.
// Limits     events_bytes_max of rows wait where the host has no room; then they are lost and reported.

#include <cstdint>
#include <string_view>

#include <weir/sink.hpp>

#include "plugins/common/sockets/datagrams.hpp"
#include "plugins/inputs/statsd/line_reader.hpp"
#include "plugins/inputs/statsd/store.hpp"

namespace weir::statsd {

class Intake {
 public:
  static constexpr std::uint64_t events_bytes_max = std::uint64_t{4} << 20;

  Intake(host home, const LineSettings& settings, Store& store)
      : home_(home), store_(store), reader_(settings, store) {}

  // The first n of them; returns their bytes.
  std::uint64_t read(const common::Datagrams& datagrams, std::size_t n);
  void read(std::string_view lines, const sockaddr_storage& peer);
  // Sends the rows of events, as far as the host has room.
  void flush();

 private:
  void settle(std::uint64_t bytes);
  void report_problems();
  void send_rows();

  host home_;
  Store& store_;
  LineReader reader_;  // with the store's lock
};

}  // namespace weir::statsd
