#include "plugins/inputs/kafka_consumer/canonical.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>

#include <weir/error.hpp>

namespace weir::kafka_consumer {
namespace {

struct Freed {
  void operator()(addrinfo* all) const { ::freeaddrinfo(all); }
};

std::string without_brackets(std::string host) {
  if (host.size() > 1 && host.front() == '[') return host.substr(1, host.size() - 2);
  return host;
}

std::string name_of(const addrinfo& address) {
  std::array<char, NI_MAXHOST> text{};
  const int failed =
      ::getnameinfo(address.ai_addr, address.ai_addrlen, text.data(), text.size(), nullptr, 0, 0);
  if (failed != 0) return {};
  const std::string name = text.data();
  return name.find(':') == std::string::npos ? name : "[" + name + "]";
}

void add(std::vector<std::string>& names, const std::string& broker) {
  const std::size_t colon = broker.rfind(':');
  const std::string host = without_brackets(broker.substr(0, colon));
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int failed = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); failed != 0) {
    throw retry("the broker " + broker + " has no address: " + ::gai_strerror(failed));
  }
  const std::unique_ptr<addrinfo, Freed> all(found);
  for (const addrinfo* a = all.get(); a != nullptr; a = a->ai_next) {
    const std::string name = name_of(*a);
    const std::string full = colon == std::string::npos ? name : name + broker.substr(colon);
    const bool known = std::find(names.begin(), names.end(), full) != names.end();
    if (!name.empty() && !known) names.push_back(full);
  }
}

}  // namespace

std::vector<std::string> canonical(const std::vector<std::string>& brokers) {
  std::vector<std::string> names;
  for (const std::string& broker : brokers) add(names, broker);
  return names;
}

}  // namespace weir::kafka_consumer
