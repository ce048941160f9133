#pragma once

// resolve_canonical_bootstrap_servers_only: each broker by the names that its addresses have, for Kerberos.
//
// Threads  [life] only: it asks the name service and waits for it.
// Errors   weir::retry where a name has no address.

#include <string>
#include <vector>

namespace weir::kafka_consumer {

// brokers: host:port, or [address]:port. An address without a name stays an address.
std::vector<std::string> canonical(const std::vector<std::string>& brokers);

}  // namespace weir::kafka_consumer
