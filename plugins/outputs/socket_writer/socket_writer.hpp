#pragma once

// outputs.socket_writer: serialized metrics to a TCP, UDP, unix or vsock address.
//
// A stream gets the bytes of a batch in one piece; over a network of messages each metric is one, and a delivery that is
// tried again goes on behind those that were sent.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/compression/compression.hpp"
#include "plugins/common/deliveries/progress.hpp"
#include "plugins/common/tls/tls_client.hpp"
#include "plugins/outputs/socket_writer/address.hpp"
#include "plugins/outputs/socket_writer/connection.hpp"

namespace weir::socket_writer {

struct SocketWriter : common::TlsClientOptions {
  static constexpr info meta{"socket_writer", "1.0.0", "Sends metrics to a socket",
                             WEIR_MAY_BLOCK | WEIR_WANTS_BYTES};
  host self;
  std::string address, content_encoding;
  std::optional<duration> keep_alive_period;

  static constexpr auto own_options =
      std::tuple{opt{"address", &SocketWriter::address, "\"\"",
                     "Where to send to: tcp://, udp:// (also tcp4, udp6...), unix://, unixgram:// "
                     "or vsock://"}
                     .destination(),
                 opt{"keep_alive_period", &SocketWriter::keep_alive_period, nullptr,
                     "How far probes of a silent TCP peer are apart; 0 = none; not written = as "
                     "the system does"},
                 opt{"content_encoding", &SocketWriter::content_encoding, "\"identity\"",
                     "gzip, zlib or zstd, each metric on its own; or identity"}};
  static constexpr auto options = std::tuple_cat(own_options, TlsClientOptions::tls_options);

  void init();
  void start();
  void stop();
  weir_status write(const delivery& rows);

 private:
  bool uses_tls() const;
  void connect();
  void send_stream(const delivery& rows);
  void send_messages(const delivery& rows);
  weir_status answer(const delivery& rows);

  Address to_;
  bool plain_ = true;  // Nothing is compressed.
  std::unique_ptr<common::Compressor> compressor_;
  std::unique_ptr<common::TlsClient> tls_;
  std::unique_ptr<Connection> connection_;
  common::Progress progress_;
  std::vector<std::uint32_t> too_large_;  // Rows of the delivery at hand.
};

}  // namespace weir::socket_writer
