#pragma once

// Which rows of a delivery go into which request: by bucket, or in equal shares.
//
// Threads    One thread at a time.
// Ownership  A part's text is of the delivery, or the part's own.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weir/delivery.hpp>

namespace weir::influxdb_v2_output {

// A body to send.
struct Part {
  std::string_view bucket;
  std::string_view text;
  std::vector<std::uint32_t> rows;  // of the block
  std::string own;                  // what text is a view of, where the rows do not lie together
  enum class Fate : std::uint8_t { open, written, refused } fate = Fate::open;
};

// Rows [begin, end) of the block.
struct Range {
  std::uint32_t begin, end;
};

struct Buckets {
  std::string_view tag;    // its value names the bucket; empty = there is one bucket
  std::string_view other;  // of rows without that tag
  bool leave_out = false;  // the tag is not written
};

// In the order of the rows. Without a tag: as many parts as shares, one after the other.
std::vector<Part> make_parts(const delivery& rows, Range range, const Buckets& buckets,
                             std::uint32_t shares);

// Appends lines of line protocol without that tag.
void append_without_tag(std::string& to, std::string_view lines, std::string_view tag);

}  // namespace weir::influxdb_v2_output
