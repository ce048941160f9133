#pragma once

// Where a connection's bytes go: as a stream that the parser cuts, or cut into messages here.
//
// Use        room(), write into it, take(); at the end finish(). idle() when nothing is there to be read.
// Threads    One thread at a time.
// Errors     As statuses: WOULD_BLOCK means that nothing was lost and the same call is to be made again
//            when the lane has room. A stream that breaks its framing, or a message larger than
//            message_bytes_max, throws weir::fail.

#include <cstddef>
#include <cstdint>
#include <memory>

#include <weir/sink.hpp>

#include "plugins/common/splitters/splitter.hpp"
#include "plugins/inputs/socket_listener/record_batch.hpp"

namespace weir::socket_listener {

constexpr std::size_t message_bytes_max = std::size_t{1} << 20;

class Consumer {
 public:
  virtual ~Consumer() = default;

  struct Room {
    weir_status status;
    char* data;
    std::size_t bytes;
  };
  virtual Room room() = 0;
  // The first n bytes of the room were written.
  virtual weir_status take(std::size_t n) = 0;
  // Keeps no more memory than has to be.
  virtual void idle() = 0;
  // What is left is the last message.
  virtual weir_status finish() = 0;
  // Gives up what found no room or is not whole; returns how many messages that were.
  virtual std::uint32_t abandon() = 0;
};

// splitter: null for a stream. lane is also the session of its rows. batch is empty between calls.
std::unique_ptr<Consumer> make_consumer(host home, std::uint32_t lane,
                                        const common::Splitter* splitter, RecordBatch& batch);

}  // namespace weir::socket_listener
