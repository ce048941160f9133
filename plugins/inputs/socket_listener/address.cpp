#include "plugins/inputs/socket_listener/address.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <weir/error.hpp>

namespace weir::socket_listener {
namespace {

struct Scheme {
  std::string_view name;
  bool stream, tcp, unix_path;
};
constexpr std::array schemes{
    Scheme{"tcp", true, true, false},    Scheme{"tcp4", true, true, false},
    Scheme{"tcp6", true, true, false},   Scheme{"udp", false, false, false},
    Scheme{"udp4", false, false, false}, Scheme{"udp6", false, false, false},
    Scheme{"unix", true, false, true},   Scheme{"unixgram", false, false, true}};

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
  throw config_error("service_address", "\"" + text + "\" " + why);
}

// Takes the interface off "host:port%interface". One inside the brackets of an IPv6 address stays there.
void take_interface(Address& a) {
  const std::size_t percent = a.url.rfind('%');
  if (percent == std::string::npos || percent < a.url.rfind(':')) return;
  a.interface_name = a.url.substr(percent + 1);
  a.url.resize(percent);
}

}  // namespace

Address parse_address(const std::string& text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string::npos) {
    refuse(text, "has no scheme: write tcp://, udp://, unix:// or unixgram:// in front of it");
  }
  const std::string_view name = std::string_view(text).substr(0, colon);
  const auto* scheme =
      std::find_if(schemes.begin(), schemes.end(), [&](const Scheme& s) { return s.name == name; });
  if (scheme == schemes.end()) {
    refuse(text, "cannot be listened on; use tcp, tcp4, tcp6, udp, udp4, udp6, unix or unixgram");
  }
  Address a{text, {}, scheme->stream, scheme->tcp, scheme->unix_path};
  const std::string_view rest = std::string_view(text).substr(colon + 3);
  if (rest.empty()) refuse(text, "names nothing behind ://");
  if (a.unix_path) return a;
  if (rest.find(':') == std::string_view::npos) refuse(text, "has no port");
  take_interface(a);
  return a;
}

}  // namespace weir::socket_listener
