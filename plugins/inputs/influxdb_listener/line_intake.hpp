#pragma once

// Bodies of line protocol on their way into the pipeline, parsed at once.
//
// Threads  The worker's.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weir/sink.hpp>

#include "plugins/common/line_protocol/reader.hpp"

namespace weir::influxdb_listener {

struct Tag {
  std::string key, value;
};

class LineIntake {
 public:
  struct Outcome {
    weir_status status = WEIR_OK;  // of the rows
    std::uint64_t bad = 0;         // records that could not be read
    std::string first;             // of them, in words
  };

  LineIntake(host home, bool upstream, std::uint32_t lane);

  // Whether the pipeline takes more now; WEIR_EV_RESUME of the lane follows where it does not.
  weir_status room();
  // The good records are emitted. Waits where one body makes more than the pipeline takes at once. tags replace tags of
  // the same key.
  Outcome take(std::string_view text, std::int64_t unit_ns, const std::vector<Tag>& tags);

 private:
  host home_;
  std::uint32_t lane_;
  sink out_;
  influx::Reader reader_;
  detail::pod_vector<std::uint8_t> origin_;  // a block with a raw row: time and tags of the request
};

}  // namespace weir::influxdb_listener
