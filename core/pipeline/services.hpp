#pragma once

// What every part of a pipeline needs from outside: time, threads, memory, the ledger. Borrowed; all of it
// outlives the pipeline.

#include <functional>

#include <weir/abi.h>

#include "core/base/clock.hpp"
#include "core/base/executor.hpp"
#include "core/metrics/ledger.hpp"
#include "core/queue/budget.hpp"

namespace weir::pipeline {

class Sockets;
class Storage;

struct Services {
  const Clock& clock;
  Timers& timers;
  Random& random;
  Executor& workers;   // One thread a core: lanes and what does not block.
  Executor& blocking;  // Bounded threads for plugins that MAY_BLOCK.
  queue::Budget& budget;
  metrics::Ledger& ledger;
  Sockets& sockets;
  // Does the module come with the agent? Batches of others are checked byte by byte.
  std::function<bool(const weir_plugin*)> trusted;
  Storage* storage{nullptr};  // None: nothing may outlive the process.
  // The pipeline is built to see whether it can be, and never run: nothing is made or locked on disk.
  bool rehearsal{false};
};

}  // namespace weir::pipeline
