#pragma once

// A client's session with a broker while the connection lasts: the handshake, packets in and out, pings.
//
// Threads    One at a time. The constructor waits for the network, the others do not.
// Errors     weir::retry where no broker accepts the client, or the connection is lost; weir::config_error where the broker says
//            that the user, the password or the name will never do.
// Limits     packet_max bytes of a packet.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plugins/common/mqtt/link.hpp"
#include "plugins/common/mqtt/packets.hpp"

namespace weir::mqtt {

struct ConnectionSettings {
  std::vector<Server> servers;
  Connect connect;
  std::int64_t connect_timeout_ns = 0, ping_timeout_ns = 0;
  std::size_t packet_max = 0;
};

class Connection {
 public:
  // Tries the servers in turn.
  Connection(const ConnectionSettings& settings, const common::TlsClient* tls);

  [[nodiscard]] Version version() const { return settings_.connect.version; }
  [[nodiscard]] bool session_present() const { return answer_.session_present; }
  // How many messages with qos 1 and 2 the broker takes before it answers.
  [[nodiscard]] std::uint32_t receive_maximum() const { return receive_maximum_; }
  [[nodiscard]] std::uint32_t topic_alias_maximum() const { return topic_alias_maximum_; }
  [[nodiscard]] const Link& link() const { return *link_; }
  [[nodiscard]] const Server& server() const { return *server_; }

  // Packets are appended here; flush() sends what the network takes.
  std::string& out() { return out_; }
  void flush();
  [[nodiscard]] bool has_unsent() const { return sent_ < out_.size(); }
  // Reads what there is, once. False: there is nothing.
  bool receive();
  // The next packet that was received; its views end with the next receive().
  std::optional<Packet> next();
  // Sends a ping where nothing was sent for long. reading: no answer in time means that the broker is gone.
  void keep_alive(std::int64_t now_ns, bool reading);
  // When keep_alive() has something to do.
  [[nodiscard]] std::int64_t keep_alive_due_ns() const;
  // Says goodbye, and gives that so long to leave.
  void close(int timeout_ms);

 private:
  void shake_hands(const Server& server, const common::TlsClient* tls);
  void accept(const Packet& packet);

  const ConnectionSettings& settings_;
  std::unique_ptr<Link> link_;
  const Server* server_ = nullptr;
  ConnectAnswer answer_;
  std::uint32_t receive_maximum_ = 0xffff, topic_alias_maximum_ = 0;
  std::int64_t keep_alive_ns_ = 0;
  PacketReader reader_;
  std::string out_;
  std::size_t sent_ = 0;
  std::int64_t last_sent_ns_ = 0, ping_sent_ns_ = 0;
};

}  // namespace weir::mqtt
