// Goal: whatever the bytes and however they are cut, a splitter finds the same messages, moves on with
// each, and stays inside the bytes.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "plugins/common/splitters/splitter.hpp"

namespace {

using weir::common::Splitter;
using weir::common::SplitterOptions;

void check(bool holds) {
  if (!holds) std::abort();
}

std::unique_ptr<Splitter> splitter_of(std::uint8_t choice) {
  constexpr std::array strategies{"null", "delimiter", "fixed length", "variable length"};
  SplitterOptions o;
  o.splitting_strategy = strategies[choice % strategies.size()];
  o.splitting_delimiter = (choice & 4U) != 0 ? "0x0A0A0B" : "0x0A";
  o.splitting_length = 1 + (choice >> 2U);
  const std::int64_t bytes = std::int64_t{1} << (choice >> 2U & 3U);
  o.splitting_length_field = {choice >> 6U, bytes, (choice & 16U) != 0 ? "le" : "be", choice >> 5U};
  return weir::common::make_splitter(o);
}

// Moves the messages from the front of data to the end of all, each behind its length.
void take_messages(const Splitter& splitter, std::string& data, std::size_t& searched,
                   std::string& all) {
  while (const auto cut = splitter.first(data, searched)) {
    check(cut->begin <= cut->end && cut->end <= cut->used && cut->used <= data.size());
    check(cut->used > 0);
    all += std::to_string(cut->end - cut->begin) + ":";
    all += data.substr(cut->begin, cut->end - cut->begin);
    data.erase(0, cut->used);
    searched = 0;
  }
}

// The messages, each with its length, and the rest.
std::string split(const Splitter& splitter, std::string_view stream, std::size_t piece) {
  std::string data, all;
  std::size_t searched = 0;
  try {
    while (!stream.empty()) {
      data += stream.substr(0, piece);
      stream.remove_prefix(std::min(piece, stream.size()));
      take_messages(splitter, data, searched, all);
    }
  } catch (const weir::fail&) {
    return all + "broken";
  }
  return all + "rest:" + data;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto splitter = splitter_of(data[0]);
  const std::string_view stream(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::string whole = split(*splitter, stream, stream.size() + 1);
  check(split(*splitter, stream, 1) == whole);
  check(split(*splitter, stream, 1 + data[1] % 16) == whole);
  return 0;
}
