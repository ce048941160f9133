#include "plugins/common/tls/tls_stream.hpp"

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <weir/error.hpp>

namespace weir::common {
namespace {

SSL* ssl_of(void* connection) { return static_cast<SSL*>(connection); }

std::string library_error() {
  std::array<char, 256> text{};
  const unsigned long code = ERR_get_error();
  if (code == 0) return "the connection broke";
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

}  // namespace

void detail::TlsFree::operator()(void* connection) const { SSL_free(ssl_of(connection)); }

TlsStream::Result TlsStream::read(char* to, std::size_t n) {
  ERR_clear_error();
  std::size_t bytes = 0;
  const int done = SSL_read_ex(ssl_of(connection_.get()), to, n, &bytes);
  return after(done, bytes);
}

TlsStream::Result TlsStream::write(const char* from, std::size_t n) {
  ERR_clear_error();
  std::size_t bytes = 0;
  const int done = SSL_write_ex(ssl_of(connection_.get()), from, n, &bytes);
  return after(done, bytes);
}

TlsStream::Result TlsStream::after(int done, std::size_t bytes) {
  if (done == 1) return {bytes, Next::read};
  const int os_error = errno;
  switch (SSL_get_error(ssl_of(connection_.get()), done)) {
    case SSL_ERROR_WANT_READ: return {0, Next::wait_readable};
    case SSL_ERROR_WANT_WRITE: return {0, Next::wait_writable};
    case SSL_ERROR_ZERO_RETURN: return {0, Next::end};
    case SSL_ERROR_SYSCALL:
      usable_ = false;
      if (os_error == ECONNRESET || os_error == EPIPE || os_error == 0) return {0, Next::end};
      throw fail("TLS: " + std::generic_category().message(os_error));
    default: usable_ = false; throw fail("TLS: " + library_error());
  }
}

void TlsStream::close() {
  if (usable_ && SSL_is_init_finished(ssl_of(connection_.get())) == 1) {
    SSL_shutdown(ssl_of(connection_.get()));
  }
  usable_ = false;
}

}  // namespace weir::common
