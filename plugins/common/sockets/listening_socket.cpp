#include "plugins/common/sockets/listening_socket.hpp"

#include <charconv>
#include <system_error>

#include <weir/error.hpp>

namespace weir::common {
namespace {

// Many short connections at once: the kernel takes it down to what it allows (net.core.somaxconn).
constexpr std::int32_t backlog_max = 4096;

}  // namespace

ListeningSocket::ListeningSocket(host home, const std::string& url, const std::string& option,
                                 const ListenOptions& options)
    : home_(home) {
  weir_listen_opts how{};
  how.size = sizeof how;
  how.socket_mode = options.socket_mode;
  how.read_buffer_bytes = options.read_buffer_bytes;
  how.backlog = backlog_max;
  how.interface_name = borrow(options.interface_name);
  weir_err err = make_err();
  const weir_status opened = home_.extension<weir_listen_v1>(WEIR_EXT_LISTEN)
                                 ->open(home_.context(), borrow(url), &how, &descriptor_, &err);
  if (opened == WEIR_E_CONFIG) throw config_error(option, std::string(message_of(err)));
  if (opened != WEIR_OK) throw error(opened, std::string(message_of(err)));
}

ListeningSocket::~ListeningSocket() {
  home_.extension<weir_listen_v1>(WEIR_EXT_LISTEN)->close(home_.context(), descriptor_);
}

std::uint32_t parse_socket_mode(const std::string& text) {
  std::uint32_t mode = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, mode, 8);
  constexpr std::uint32_t mode_max = 0777;
  if (!text.empty() && (read.ec != std::errc() || read.ptr != end || mode > mode_max)) {
    throw config_error("socket_mode", "\"" + text + "\" is not a mode in octal, like 770");
  }
  return mode;
}

}  // namespace weir::common
