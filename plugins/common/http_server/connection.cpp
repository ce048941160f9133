#include "plugins/common/http_server/connection.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "plugins/common/sockets/connections.hpp"
#include "plugins/common/sockets/steady_clock.hpp"

namespace weir::http {
namespace {

// A connection that does more in a row waits for the others' turn.
constexpr int steps_per_turn = 64;
// What is left of a body is received straight into its place when it is more than this.
constexpr std::uint64_t direct_bytes_min = std::uint64_t{64} << 10;
// An answer's body of this size goes out together with its head.
constexpr std::size_t joined_bytes_max = std::size_t{16} << 10;

constexpr std::int64_t never_ns = std::numeric_limits<std::int64_t>::max();

}  // namespace

Connection::Connection(Owner& owner, common::Poller& poller, int descriptor, ConnectionId id,
                       const sockaddr_storage& peer, const common::TlsServer* tls)
    : owner_(owner),
      poller_(poller),
      descriptor_(descriptor),
      id_(id),
      peer_(peer),
      stream_(make_stream(descriptor, tls)) {
  set_deadline(owner_.limits().read_timeout_ns);
  watch(true, common::Poller::For::reading);
}
Connection::~Connection() {
  watch(false, watched_for_);
  ::close(descriptor_);
}

// ---- the course of things ----

void Connection::proceed() {
  load();
  serve();
}

void Connection::resume() {
  if (!waits()) return;
  const std::int64_t left_ns = std::exchange(left_ns_, -1);
  deadline_ns_ = left_ns == never_ns ? never_ns : common::steady_ns() + left_ns;
  proceed();
}

void Connection::close_if_idle() {
  if (state_ == State::head && held_.empty()) settle(Outcome::closed);
}

void Connection::expire(std::int64_t now_ns) {
  if (now_ns < deadline_ns_) return;
  const bool idle = state_ == State::head && held_.empty();
  if (idle || state_ == State::writing || state_ == State::discarding) {
    return settle(Outcome::closed);
  }
  load();
  if (waits()) {
    refuse(503, "the agent is busy");
  } else {
    refuse(408, "the request took too long to arrive");
  }
  serve();
}

void Connection::load() {
  const std::span<char> scratch = owner_.scratch();
  in_ = {scratch.data(), held_.copy(scratch.data(), scratch.size())};
}

// A request that cannot be served costs itself and what comes behind it on the connection.
void Connection::serve() {
  Outcome outcome = Outcome::closed;
  for (bool whole = false; !whole;) {
    whole = true;
    try {
      outcome = run();
    } catch (const TooLarge& why) {
      whole = false;
      refuse(413, why.what());
    } catch (const NoRoom& why) {
      whole = false;
      refuse(503, why.what());
    } catch (const fail& why) {
      whole = false;
      refuse(400, why.what());
    }
  }
  settle(outcome);
}

Connection::Outcome Connection::run() {
  for (int i = 0; i < steps_per_turn; ++i) {
    const Outcome outcome = step();
    if (outcome != Outcome::again) return outcome;
  }
  return Outcome::later;
}

Connection::Outcome Connection::step() {
  switch (state_) {
    case State::head: return read_head();
    case State::body: return read_body();
    case State::ending: return end_body();
    case State::writing: return write();
    default: return discard();
  }
}

void Connection::settle(Outcome outcome) {
  if (in_.empty()) {
    std::string().swap(held_);
  } else {
    held_.assign(in_);
  }
  in_ = {};
  switch (outcome) {
    case Outcome::readable: return watch(true, common::Poller::For::reading);
    case Outcome::writable: return watch(true, common::Poller::For::writing);
    case Outcome::wait: return watch(false, watched_for_);
    case Outcome::closed: return owner_.ended(id_);
    default: return owner_.again(id_);
  }
}

void Connection::watch(bool on, common::Poller::For what) {
  if (on && !watched_) poller_.add(descriptor_, *this, what);
  if (on && watched_ && what != watched_for_) poller_.change(descriptor_, *this, what);
  if (!on && watched_) poller_.remove(descriptor_);
  watched_ = on;
  watched_for_ = what;
}

void Connection::set_deadline(std::int64_t timeout_ns) {
  deadline_ns_ = timeout_ns > 0 ? common::steady_ns() + timeout_ns : never_ns;
}

// The time that the body waits is not the client's.
Connection::Outcome Connection::wait() {
  left_ns_ = deadline_ns_ == never_ns
                 ? never_ns
                 : std::max<std::int64_t>(deadline_ns_ - common::steady_ns(), 0);
  set_deadline(owner_.limits().write_timeout_ns);
  return Outcome::wait;
}

// ---- the socket ----

Stream::Result Connection::receive(char* to, std::size_t n) {
  try {
    return stream_->read(to, n);
  } catch (const fail& why) {
    owner_.handler().broken(common::text_of(peer_), why.what());
    return {0, Stream::Next::end};
  }
}

Stream::Result Connection::send(std::string_view bytes) {
  try {
    return stream_->write(bytes.data(), bytes.size());
  } catch (const fail& why) {
    owner_.handler().broken(common::text_of(peer_), why.what());
    return {0, Stream::Next::end};
  }
}

Connection::Outcome Connection::blocked(Stream::Next next) {
  if (next == Stream::Next::wait_readable) return Outcome::readable;
  return next == Stream::Next::wait_writable ? Outcome::writable : Outcome::closed;
}

// Receives into the scratch, behind what is there.
Connection::Outcome Connection::fill() {
  const std::span<char> scratch = owner_.scratch();
  if (!in_.empty()) std::memmove(scratch.data(), in_.data(), in_.size());
  const Stream::Result got = receive(scratch.data() + in_.size(), scratch.size() - in_.size());
  const bool first = in_.empty();
  in_ = {scratch.data(), in_.size() + got.bytes};
  if (got.bytes == 0) return blocked(got.next);
  if (first && state_ == State::head) set_deadline(owner_.limits().read_timeout_ns);
  return Outcome::again;
}

// ---- head ----

Connection::Outcome Connection::read_head() {
  while (in_.starts_with("\r\n")) in_.remove_prefix(2);  // some clients end a body with it
  const std::size_t most = owner_.limits().head_bytes_max;
  const std::size_t bytes = head_bytes(in_, searched_);
  if (bytes > most || (bytes == 0 && in_.size() >= most)) {
    return refuse(431, "the head of the request is too large");
  }
  if (bytes != 0) return begin(bytes);
  return in_.empty() && owner_.closing() ? Outcome::closed : fill();
}

Connection::Outcome Connection::begin(std::size_t head_bytes) {
  parser_ = std::make_unique<RequestParser>();
  Request& request = owner_.request();
  const Problem problem = parser_->read_head(in_.substr(0, head_bytes), request);
  in_.remove_prefix(head_bytes);
  searched_ = 0;
  if (problem) return refuse(problem.status, problem.reason);
  request.peer = &peer_;
  keep_alive_ = parser_->keep_alive();
  head_only_ = request.method == "HEAD";
  chunked_ = parser_->chunked();
  left_bytes_ = parser_->length();
  sent_bytes_ = body_bytes_ = 0;
  auto reception = owner_.handler().begin(request, id_);
  if (!reception.body) return respond(std::move(reception.response));
  return receive_body(std::move(reception.body), request);
}

Connection::Outcome Connection::receive_body(std::unique_ptr<Body> body, const Request& request) {
  const std::uint64_t most = owner_.limits().body_bytes_max;
  if (left_bytes_ > most) throw TooLarge();
  auto made = ContentDecoder::make(request.field("content-encoding"), most, owner_.meter());
  if (!made.known) {
    return refuse(415, "Content-Encoding is not one of gzip, deflate, zstd, snappy and identity");
  }
  body_ = std::move(body);
  decoder_ = std::move(made.decoder);
  state_ = State::body;
  if (!parser_->expects_continue() || !in_.empty() || !body_is_unread()) return Outcome::again;
  out_head_ = "HTTP/1.1 100 Continue\r\n\r\n";
  interim_ = true;
  state_ = State::writing;
  return Outcome::again;
}

// ---- body ----

Connection::Outcome Connection::read_body() { return chunked_ ? read_chunk() : read_identity(); }

Connection::Outcome Connection::read_identity() {
  if (left_bytes_ == 0) return end_body();
  if (in_.empty()) {
    const bool direct = decoder_ == nullptr && left_bytes_ > direct_bytes_min;
    return direct ? receive_directly() : fill();
  }
  const std::string_view part = in_.substr(0, std::min<std::uint64_t>(left_bytes_, in_.size()));
  std::string_view rest = part;
  const Body::Next next = deliver(rest, false);
  in_.remove_prefix(part.size() - rest.size());
  left_bytes_ -= part.size() - rest.size();
  return after(next);
}

Connection::Outcome Connection::read_chunk() {
  if (piece_bytes_ == 0) {
    const RequestParser::Piece piece = parser_->next_piece(in_);
    if (piece.problem) return refuse(piece.problem.status, piece.problem.reason);
    in_.remove_prefix(piece.used - piece.bytes.size());
    piece_bytes_ = piece.bytes.size();
    chunked_ = !piece.done;
    if (piece.done) return Outcome::again;
    if (piece_bytes_ == 0) return fill();
  }
  std::string_view rest = in_.substr(0, piece_bytes_);
  const Body::Next next = deliver(rest, false);
  in_.remove_prefix(piece_bytes_ - rest.size());
  piece_bytes_ = rest.size();
  return after(next);
}

Connection::Outcome Connection::receive_directly() {
  const Body::Room room = body_->room();
  if (room.next != Body::Next::go_on) return after(room.next);
  const Stream::Result got = receive(
      room.data, static_cast<std::size_t>(std::min<std::uint64_t>(room.bytes, left_bytes_)));
  if (got.bytes == 0) return blocked(got.next);
  left_bytes_ -= got.bytes;
  body_->take(got.bytes);
  return Outcome::again;
}

Body::Next Connection::deliver(std::string_view& encoded, bool last) {
  return decoder_ ? decode(encoded, last) : copy(encoded);
}

Body::Next Connection::copy(std::string_view& bytes) {
  while (!bytes.empty()) {
    const Body::Room room = body_->room();
    if (room.next != Body::Next::go_on) return room.next;
    const std::size_t n = bytes.copy(room.data, room.bytes);
    bytes.remove_prefix(n);
    count(n);
    body_->take(n);
  }
  return Body::Next::go_on;
}

Body::Next Connection::decode(std::string_view& encoded, bool last) {
  for (;;) {
    const Body::Room room = body_->room();
    if (room.next != Body::Next::go_on) return room.next;
    const std::size_t before = encoded.size();
    const std::size_t n = decoder_->decode(encoded, room.data, room.bytes, last);
    sent_bytes_ += before - encoded.size();
    if (sent_bytes_ > owner_.limits().body_bytes_max) throw TooLarge();
    count(n);
    if (n != 0) body_->take(n);
    if (n < room.bytes) return Body::Next::go_on;
  }
}

void Connection::count(std::size_t bytes) {
  body_bytes_ += bytes;
  if (body_bytes_ > owner_.limits().body_bytes_max) throw TooLarge();
}

Connection::Outcome Connection::after(Body::Next next) {
  if (next == Body::Next::wait) return wait();
  return next == Body::Next::answer ? respond(body_->answer()) : Outcome::again;
}

Connection::Outcome Connection::end_body() {
  state_ = State::ending;
  if (decoder_) {
    std::string_view nothing;
    const Body::Next next = decode(nothing, true);
    if (next != Body::Next::go_on) return after(next);
    if (!decoder_->complete()) throw fail("the compressed body is cut off");
  }
  return body_->finish() == Body::Next::wait ? wait() : respond(body_->answer());
}

// ---- answer ----

Connection::Outcome Connection::refuse(unsigned status, std::string_view why) {
  Response response = owner_.handler().refusal(status, why);
  response.close = true;
  if (status == 503) response.set("Retry-After", "1");
  return respond(std::move(response));
}

Connection::Outcome Connection::respond(Response response) {
  keep_alive_ = keep_alive_ && !response.close && !owner_.closing() && body_is_skipped();
  out_head_.clear();
  append_head(out_head_, response, {keep_alive_, owner_.date()});
  out_body_.clear();
  if (!head_only_ && has_body(response.status)) out_body_ = std::move(response.body);
  if (out_body_.size() <= joined_bytes_max) out_head_ += std::exchange(out_body_, {});
  out_at_ = 0;
  interim_ = false;
  decoder_.reset();
  body_.reset();
  left_ns_ = -1;
  state_ = State::writing;
  set_deadline(owner_.limits().write_timeout_ns);
  return Outcome::again;
}

// There is none left, or it is worth reading it for the sake of the next request.
bool Connection::body_is_skipped() const {
  if (!body_is_unread()) return true;
  return !chunked_ && left_bytes_ <= unread_bytes_max && !parser_->expects_continue();
}

Connection::Outcome Connection::write() {
  const std::size_t all = out_head_.size() + out_body_.size();
  while (out_at_ < all) {
    const bool head = out_at_ < out_head_.size();
    const std::string_view part =
        head ? std::string_view(out_head_).substr(out_at_)
             : std::string_view(out_body_).substr(out_at_ - out_head_.size());
    const Stream::Result got = send(part);
    out_at_ += got.bytes;
    if (got.bytes == 0) return blocked(got.next);
  }
  return written();
}

Connection::Outcome Connection::written() {
  std::string().swap(out_head_);
  std::string().swap(out_body_);
  out_at_ = 0;
  if (std::exchange(interim_, false)) {
    state_ = State::body;
    return Outcome::again;
  }
  if (keep_alive_ && !body_is_unread()) return next_request();
  if (!keep_alive_) stream_->finish();
  if (!body_is_unread() && in_.empty()) return Outcome::closed;
  state_ = State::discarding;
  discarded_ = 0;
  set_deadline(linger_ns);
  return Outcome::again;
}

Connection::Outcome Connection::next_request() {
  state_ = State::head;
  parser_.reset();
  set_deadline(owner_.limits().read_timeout_ns);
  return Outcome::again;
}

// Reads what is left of a body that nobody wants.
Connection::Outcome Connection::discard() {
  const std::size_t n =
      keep_alive_ ? static_cast<std::size_t>(std::min<std::uint64_t>(left_bytes_, in_.size()))
                  : in_.size();
  in_.remove_prefix(n);
  discarded_ += n;
  left_bytes_ -= std::min<std::uint64_t>(left_bytes_, n);
  if (keep_alive_ && left_bytes_ == 0) return next_request();
  return discarded_ > unread_bytes_max ? Outcome::closed : fill();
}

}  // namespace weir::http
