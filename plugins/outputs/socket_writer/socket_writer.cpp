#include "plugins/outputs/socket_writer/socket_writer.hpp"

#include <utility>

#include "plugins/common/sockets/connections.hpp"

namespace weir::socket_writer {

void SocketWriter::init() {
  to_ = parse_address(address);
  const auto encoding = common::encoding_of(content_encoding);
  if (!encoding || *encoding == common::Encoding::detect) {
    throw config_error("content_encoding",
                       "\"" + content_encoding + "\" is unknown; use gzip, zlib, zstd or identity");
  }
  plain_ = *encoding == common::Encoding::identity;
  compressor_ = std::make_unique<common::Compressor>(*encoding);
  if (keep_alive_period && !to_.is_tcp()) {
    throw config_error("keep_alive_period", "only TCP connections have it, not " + address);
  }
  check();
  if (const std::string why = without_effect(); !why.empty()) self.warn(why);
  if (uses_tls() && !to_.is_tcp()) {
    throw config_error("address", "the tls options are for tcp://, not for " + address);
  }
}

bool SocketWriter::uses_tls() const { return wanted() && tls_enable.value_or(true); }

void SocketWriter::start() {
  if (uses_tls() && !tls_) {
    tls_ = std::make_unique<common::TlsClient>(
        *this, tls_key_pwd.set ? self.reveal(tls_key_pwd.handle) : std::string());
  }
  connect();
}

void SocketWriter::stop() { connection_.reset(); }

void SocketWriter::connect() {
  connection_ = std::make_unique<Connection>(to_, tls_.get());
  if (!keep_alive_period) return;
  common::set_keep_alive(connection_->descriptor(), keep_alive_period->ns > 0,
                         keep_alive_period->ns);
}

weir_status SocketWriter::write(const delivery& rows) {
  if (connection_ && connection_->ended()) connection_.reset();
  if (!connection_) connect();
  try {
    if (to_.has_messages()) {
      send_messages(rows);
    } else {
      send_stream(rows);
    }
  } catch (const retry&) {
    connection_.reset();
    throw;
  }
  return answer(rows);
}

// A batch that broke off comes again as a whole: the peer has, at most, the begin of it.
void SocketWriter::send_stream(const delivery& rows) {
  if (plain_) return connection_->send(rows.bytes());
  for (const row r : rows) {
    const std::string_view bytes = rows.bytes_of(r.index());
    if (!bytes.empty()) connection_->send(compressor_->compress(bytes));
  }
}

void SocketWriter::send_messages(const delivery& rows) {
  const std::uint32_t first = progress_.resume(rows.raw());
  if (first == rows.raw().row0) too_large_.clear();
  for (const row r : rows) {
    if (r.index() < first) continue;
    const std::string_view bytes = rows.bytes_of(r.index());
    if (!bytes.empty() && !connection_->send_message(compressor_->compress(bytes))) {
      too_large_.push_back(r.index());
    }
    progress_.done(r.index());
  }
  progress_.finish();
}

weir_status SocketWriter::answer(const delivery& rows) {
  if (too_large_.empty()) return WEIR_OK;
  self.error(std::to_string(too_large_.size()) + " metrics are larger than a message to " +
             address + " may be: they are dropped");
  weir_result result{};
  result.size = sizeof result;
  result.rejected = too_large_.data();
  result.n_rejected = static_cast<std::uint32_t>(too_large_.size());
  self.complete(rows.id(), result);
  too_large_.clear();
  return WEIR_ASYNC;
}

}  // namespace weir::socket_writer

WEIR_MODULE("socket_writer", "1.0.0", weir::socket_writer::SocketWriter)
