#pragma once

// The other end of the admin endpoint: one question to a running agent, one answer.
//
// Threads  Waits in the calling thread, at most timeout_s for each read or write.
// Errors   unavailable, and what to do: nobody answers there, no right to ask, no sense in the answer.
// Limits   An answer has at most answer_bytes_max.

#include <cstddef>
#include <string>

#include "core/base/result.hpp"
#include "core/config/admin_address.hpp"

namespace weir::runtime {

struct AdminQuestion {
  std::string method{"GET"}, path{"/"}, body;
  std::string token;  // Empty: none is sent.
  int timeout_s{10};
};

struct AdminReply {
  unsigned status{0};
  std::string body;
};

inline constexpr std::size_t answer_bytes_max = std::size_t{64} << 20;

Result<AdminReply> ask_agent(const config::AdminAddress& address, const AdminQuestion& question);

}  // namespace weir::runtime
