// Bytes of a broker: whatever they are, they are packets or refused, however the reads cut them.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <weir/error.hpp>

#include "plugins/common/mqtt/packets.hpp"

namespace {

using weir::mqtt::Packet;
using weir::mqtt::PacketReader;
using weir::mqtt::Type;
using weir::mqtt::Version;

void read(const Packet& p, Version version) {
  switch (p.type) {
    case Type::connack: read_connack(p, version); break;
    case Type::publish: read_publish(p, version); break;
    case Type::suback: read_suback(p, version); break;
    case Type::disconnect: read_disconnect(p); break;
    default: read_answer(p, version); break;
  }
}

// How many packets there are before the end or the first that is none.
std::size_t packets(const std::string& bytes, std::size_t piece, Version version) {
  PacketReader reader(std::size_t{1} << 16U);
  std::size_t n = 0;
  try {
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      const std::size_t more = bytes.copy(reader.room(piece), piece, at);
      reader.added(more);
      for (; const auto p = reader.next(); ++n) read(*p, version);
    }
  } catch (const weir::error&) {
    return n;
  }
  return n;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  for (const Version version : {Version::v311, Version::v5}) {
    const std::size_t whole = packets(bytes, bytes.size() + 1, version);
    if (packets(bytes, 1, version) != whole || packets(bytes, 7, version) != whole) std::abort();
  }
  return 0;
}
