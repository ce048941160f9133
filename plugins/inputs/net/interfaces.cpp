#include "plugins/inputs/net/interfaces.hpp"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "plugins/common/procfs/text.hpp"

namespace weir::net_input {
namespace {

// receive: bytes packets errs drop fifo frame compressed multicast; transmit: bytes packets errs drop
constexpr std::size_t receive_columns = 8;
constexpr std::size_t half = 4;

}  // namespace

bool parse_interface(std::string_view line, std::string_view& name, Counters& counters) {
  const std::size_t colon = line.rfind(':');
  if (colon == std::string_view::npos) return false;
  name = procfs::trim(line.substr(0, colon));
  std::string_view numbers = line.substr(colon + 1);
  for (std::size_t column = 0; column < receive_columns + half; ++column) {
    std::uint64_t number = 0;
    if (!procfs::take_number(numbers, number)) return false;
    if (column < half) counters[column] = number;
    if (column >= receive_columns) counters[half + column - receive_columns] = number;
  }
  return !name.empty();
}

Flags::~Flags() {
  if (socket_ >= 0) close(socket_);
}

// A socket of any kind will do.
bool Flags::is_live(std::string_view name) {
  if (socket_ < 0) socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request{};
  if (name.size() >= sizeof request.ifr_name) return false;
  std::copy(name.begin(), name.end(), request.ifr_name);
  if (ioctl(socket_, SIOCGIFFLAGS, &request) != 0) return false;
  return (request.ifr_flags & IFF_UP) != 0 && (request.ifr_flags & IFF_LOOPBACK) == 0;
}

}  // namespace weir::net_input
