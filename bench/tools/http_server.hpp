#pragma once

// A small HTTP server for the far end of a measurement; what it costs is not counted, only kept low.
//
// Threads    One for each connection; requests are answered one at a time over all of them. serve() returns
//            when the process is asked to end (SIGTERM), with the other threads still there.
// Limits     HTTP/1.1 with Content-Length; no chunked bodies, which get status 411.

#include <csignal>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace weir::bench {

// From a request's body to a whole answer, head and all; the text has to live until the next call.
using Answer = std::function<std::string_view(std::string_view body)>;

// SIGTERM waits from now on, also in threads that are made later, until serve() asks for it.
void hold_end();
void serve(std::uint16_t port, const Answer& answer);

}  // namespace weir::bench
