#pragma once

// What a server asks of the plugin it serves for.
//
// A request whose head has come is shown to the handler, which answers it at once or takes its body. The body
// goes where the Body says, without a copy in between where it comes as it is; when all of it is there, the
// Body answers. It may say "wait" whenever it is asked (the host has no room, the answer depends on somebody
// else): then the connection is left alone until Connections::resume().
//
// Threads    A server's workers have a handler each, and call it and its bodies from their own thread only.
// Ownership  The connection owns the Body. It is destroyed after its answer, or without one when the
//            connection broke.
// Errors     A Body that throws weir::fail costs its request: 400 with the text, or 413 and 503 for TooLarge
//            and NoRoom.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "plugins/common/http_server/request.hpp"
#include "plugins/common/http_server/response.hpp"

namespace weir::http {

class Meter;

// The worker in the high half, its own numbers in the low one; never 0 there, and not used again soon.
using ConnectionId = std::uint64_t;

class Body {
 public:
  enum class Next : std::uint8_t { go_on, wait, answer };
  // Where the next bytes go. answer: no more are wanted.
  struct Room {
    Next next;
    char* data;
    std::size_t bytes;
  };

  virtual ~Body() = default;
  virtual Room room() = 0;
  // The first n bytes of the room were written.
  virtual void take(std::size_t n) = 0;
  // All is there. wait: asked again later.
  virtual Next finish() = 0;
  // Once, when room() or finish() said so.
  virtual Response answer() = 0;
};

// Of one worker. On its thread.
class Connections {
 public:
  virtual ~Connections() = default;
  // The body of that connection need not wait any longer. Nothing happens where there is none.
  virtual void resume(ConnectionId connection) = 0;
  virtual Meter& meter() = 0;
};

class Handler {
 public:
  // Either a body that takes what comes, or the answer.
  struct Reception {
    std::unique_ptr<Body> body;
    Response response;
  };

  virtual ~Handler() = default;
  virtual Reception begin(const Request& request, ConnectionId connection) = 0;
  // The answer to what the server itself refuses.
  virtual Response refusal(unsigned status, std::string_view why) {
    return text_response(status, std::string(why) + "\n");
  }
  // After each round of what was ready: what the round collected can be handed on.
  virtual void end_of_round() {}
  // What Server::notify() was told.
  virtual void notified(std::uint64_t value) { (void)value; }
  virtual void ended(ConnectionId connection) { (void)connection; }
  // A connection was closed because of what came, or did not come, on it.
  virtual void broken(const std::string& peer, const char* why) = 0;
};

}  // namespace weir::http
