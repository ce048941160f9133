#pragma once

// One accepted connection: requests one after the other, each answered before the next is looked at.
//
// An idle connection holds its descriptor and this object, no buffer: what is received goes through the worker's
// scratch, and only a head or chunk that has not come in whole is kept.
//
// Threads    The worker's.
// Ownership  Owns its descriptor.
// Limits     ServerLimits. Of a client that is answered before its body came unread_bytes_max are read, for
//            linger_ns at most, so that it sees the answer.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "plugins/common/http_server/content_decoder.hpp"
#include "plugins/common/http_server/handler.hpp"
#include "plugins/common/http_server/request_parser.hpp"
#include "plugins/common/http_server/stream.hpp"
#include "plugins/common/sockets/poller.hpp"

namespace weir::http {

struct ServerLimits {
  std::size_t head_bytes_max = std::size_t{64} << 10;
  std::uint64_t body_bytes_max = std::uint64_t{32} << 20;  // as sent, and decoded
  std::int64_t read_timeout_ns = 0;   // for a request, and between two; 0 = none
  std::int64_t write_timeout_ns = 0;  // for an answer, and for a body to wait; 0 = none
};

class Connection final : public common::Poller::Handler {
 public:
  static constexpr std::size_t unread_bytes_max = std::size_t{256} << 10;
  static constexpr std::int64_t linger_ns = 1'000'000'000;

  // What a connection shares with the others of its worker.
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual http::Handler& handler() = 0;
    virtual const ServerLimits& limits() const = 0;
    virtual Meter& meter() = 0;
    virtual Request& request() = 0;  // to fill
    // More than a head. Its content is lost when another connection is served.
    virtual std::span<char> scratch() = 0;
    virtual std::string_view date() = 0;
    // The server stops: no further request on a connection.
    virtual bool closing() const = 0;
    // There is more to do without waiting for the socket: proceed() is to be called soon.
    virtual void again(ConnectionId connection) = 0;
    // The connection may be destroyed in this call.
    virtual void ended(ConnectionId connection) = 0;
  };

  Connection(Owner& owner, common::Poller& poller, int descriptor, ConnectionId id,
             const sockaddr_storage& peer, const common::TlsServer* tls);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() override;

  void on_ready() override { proceed(); }
  // Serves as far as it can. May destroy this object.
  void proceed();
  // Nothing happens unless its body waits. May destroy this object.
  void resume();
  // The server stops: a connection without a request ends. May destroy this object.
  void close_if_idle();
  // Ends what has taken too long by now. May destroy this object.
  void expire(std::int64_t now_ns);

 private:
  enum class State : std::uint8_t { head, body, ending, writing, discarding };
  enum class Outcome : std::uint8_t { again, later, readable, writable, wait, closed };

  // ---- the course of things ----
  void load();
  void serve();
  Outcome run();
  Outcome step();
  void settle(Outcome outcome);
  void watch(bool on, common::Poller::For what);
  void set_deadline(std::int64_t timeout_ns);
  bool waits() const { return left_ns_ >= 0; }
  Outcome wait();

  // ---- head ----
  Outcome read_head();
  Outcome begin(std::size_t head_bytes);
  Outcome receive_body(std::unique_ptr<Body> body, const Request& request);

  // ---- the socket ----
  Stream::Result receive(char* to, std::size_t n);
  Stream::Result send(std::string_view bytes);
  Outcome fill();
  static Outcome blocked(Stream::Next next);

  // ---- body ----
  Outcome read_body();
  Outcome read_identity();
  Outcome read_chunk();
  Outcome receive_directly();
  Body::Next deliver(std::string_view& encoded, bool last);
  Body::Next copy(std::string_view& bytes);
  Body::Next decode(std::string_view& encoded, bool last);
  void count(std::size_t bytes);
  Outcome after(Body::Next next);
  Outcome end_body();

  // ---- answer ----
  Outcome refuse(unsigned status, std::string_view why);
  Outcome respond(Response response);
  Outcome write();
  Outcome written();
  Outcome next_request();
  Outcome discard();
  bool body_is_unread() const { return chunked_ || left_bytes_ != 0; }
  bool body_is_skipped() const;

  Owner& owner_;
  common::Poller& poller_;
  int descriptor_;
  ConnectionId id_;
  sockaddr_storage peer_;
  std::unique_ptr<Stream> stream_;

  State state_ = State::head;
  bool watched_ = false;
  common::Poller::For watched_for_ = common::Poller::For::reading;
  std::int64_t deadline_ns_ = 0;
  std::int64_t left_ns_ = -1;  // of the deadline while the body waits; -1: it does not

  std::string held_;     // what was received and not used, between two calls
  std::string_view in_;  // the same, during a call; in the scratch
  std::size_t searched_ = 0;

  // Of the request at hand.
  std::unique_ptr<RequestParser> parser_;
  std::unique_ptr<Body> body_;
  std::unique_ptr<ContentDecoder> decoder_;
  bool chunked_ = false;
  bool keep_alive_ = true;
  bool head_only_ = false;
  std::uint64_t left_bytes_ = 0;  // of a body that is not chunked
  std::size_t piece_bytes_ = 0;   // of a chunk, at the begin of in_
  std::uint64_t sent_bytes_ = 0;  // of the body, encoded
  std::uint64_t body_bytes_ = 0;  // and decoded
  std::size_t discarded_ = 0;

  // Of the answer.
  bool interim_ = false;  // the body comes behind it
  std::string out_head_, out_body_;
  std::size_t out_at_ = 0;
};

}  // namespace weir::http
