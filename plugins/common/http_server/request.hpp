#pragma once

// The head of an HTTP request.
//
// Threads    One thread at a time.
// Ownership  Texts are views of what was received: valid while the request is shown to its handler.

#include <sys/socket.h>

#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/http/text.hpp"

namespace weir::http {

struct Field {
  std::string_view name, value;
};

struct Request {
  std::string_view method;
  std::string_view target;  // as it was sent
  std::string path;         // of the target, decoded
  std::string_view query;   // of the target, as it was sent, without '?'
  std::vector<Field> fields;
  const sockaddr_storage* peer = nullptr;

  // The first field of a name, in whatever case; empty where there is none.
  std::string_view field(std::string_view name) const;
};

}  // namespace weir::http
