#pragma once

// Reads datagrams, many at a time, into batches of record rows on lane 0.
//
// When the host has no room the socket is not read: the kernel keeps what fits into its buffer and counts
// what it drops; the count is shown as a metric.
//
// Limits  A datagram of at most Datagrams::datagram_bytes_max, before and max_decompressed_bytes after decoding; a
//         larger one is reported and left out.

#include <cstdint>
#include <string>

#include <weir/sink.hpp>

#include "plugins/common/compression/compression.hpp"
#include "plugins/common/sockets/datagrams.hpp"
#include "plugins/common/sockets/poller.hpp"
#include "plugins/inputs/socket_listener/peers.hpp"
#include "plugins/inputs/socket_listener/record_batch.hpp"
#include "plugins/inputs/socket_listener/server.hpp"

namespace weir::socket_listener {

struct DatagramSettings {
  common::Encoding encoding = common::Encoding::identity;
  std::uint64_t max_decompressed_bytes = 0;
  AllowedSources allowed;
  std::string multicast_source;  // only its packets of the group are wanted; empty = all
};

class DatagramServer final : public Server, public common::Poller::Handler {
 public:
  DatagramServer(host home, common::Poller& poller, int descriptor,
                 const DatagramSettings& settings);
  DatagramServer(const DatagramServer&) = delete;
  DatagramServer& operator=(const DatagramServer&) = delete;
  ~DatagramServer() override;

  void on_ready() override;
  void resume(std::uint32_t lane) override;
  void drain() override;

 private:
  // Reads once; false when there was nothing more.
  bool receive();
  void take(const common::Datagrams::Datagram& datagram);
  void add(std::string_view datagram);
  // False when the host has no room.
  bool send();
  void watch(bool on);
  void report(const char* why, std::string_view datagram) const;

  host home_;
  common::Poller& poller_;
  int descriptor_;
  AllowedSources allowed_;
  common::Decompressor decompressor_;
  RecordBatch batch_;
  common::Datagrams datagrams_;
  bool watched_ = false;
};

}  // namespace weir::socket_listener
