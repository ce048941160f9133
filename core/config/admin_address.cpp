#include "core/config/admin_address.hpp"

#include <charconv>

namespace weir::config {
namespace {

constexpr std::size_t path_bytes_max = 107;  // sockaddr_un

Error bad(std::string message) { return {ErrorKind::bad_config, std::move(message)}; }

Result<AdminAddress> unix_socket(std::string_view path) {
  if (path.empty() || path[0] != '/') return bad("the path behind \"unix:\" must be absolute");
  if (path.size() > path_bytes_max) {
    return bad("the path of a Unix socket has at most " + std::to_string(path_bytes_max) +
               " characters");
  }
  return AdminAddress{std::string(path), {}, 0};
}

bool is_loopback(std::string_view host) {
  if (host == "::1") return true;
  return host.starts_with("127.") &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

Result<AdminAddress> parse_admin_address(std::string_view text) {
  if (text.starts_with("unix:")) return unix_socket(text.substr(5));
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return bad("write unix:/run/weir/weir.sock, or an address with a port such as 127.0.0.1:9274");
  }
  std::string_view host = text.substr(0, colon);
  if (host == "localhost") host = "127.0.0.1";
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (!is_loopback(host)) {
    return bad(
        "only this machine may ask: the address must be 127.0.0.1 or [::1]; for others, put a "
        "proxy in front of it");
  }
  std::uint16_t port = 0;
  const std::string_view digits = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return bad("the port is a number from 0 to 65535");
  }
  return AdminAddress{{}, std::string(host), port};
}

}  // namespace weir::config
