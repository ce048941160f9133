#pragma once

// What queues of an output have in common: batches of a wanted size out of parcels of any size, and what gives way when
// a queue is full.

#include "core/config/settings.hpp"
#include "core/queue/memory_queue.hpp"

namespace weir::pipeline {

// The first rows of the queue, at most `most`, in one block; small parcels are put together into a new one, but
// rows from disk not with others. No block: the queue is empty.
queue::Parcel take_joined(queue::MemoryQueue& queue, std::uint64_t most, queue::Budget& budget);

// Puts the rows into the queue. With drop_newest those for which there is no room go, else the oldest that nobody
// waits for; returns how many. in_flight: rows of the queue's limit that are elsewhere.
std::uint64_t push_within(queue::MemoryQueue& queue, queue::Parcel rows, config::Overflow overflow,
                          std::uint64_t in_flight);

// For the log.
const char* overflow_text(config::Overflow overflow);

}  // namespace weir::pipeline
