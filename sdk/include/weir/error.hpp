#pragma once

// Failures inside a plugin: thrown in C++, turned into weir_err at the border.
//
// Name the error by what the host should do next: retry, split, config_error, fail.

#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include <weir/abi.h>

namespace weir {
inline namespace v1 __attribute__((visibility("hidden"))) {

  class error : public std::exception {
   public:
    error(weir_status code, std::string message) : code_(code), message_(std::move(message)) {}
    const char* what() const noexcept override { return message_.c_str(); }
    // What the host is to do next.
    weir_status code() const { return code_; }
    // The option it is about; may be empty.
    const std::string& path() const { return path_; }
    // Not before; 0 = when the host likes.
    std::int64_t retry_after_ns() const { return retry_after_ns_; }

   protected:
    weir_status code_;
    std::string message_;
    std::string path_;
    std::int64_t retry_after_ns_ = 0;
  };

  // The same may work later.
  struct retry : error {
    explicit retry(std::string message, std::int64_t after_ns = 0)
        : error(WEIR_E_RETRY, std::move(message)) {
      retry_after_ns_ = after_ns;
    }
  };
  // A record in the batch is bad: the host offers smaller pieces until it is alone.
  struct split : error {
    explicit split(std::string message) : error(WEIR_E_SPLIT, std::move(message)) {}
  };
  // The configuration is wrong. option is a path such as "rules[2].pattern"; the host adds file and line.
  struct config_error : error {
    config_error(std::string option, std::string message)
        : error(WEIR_E_CONFIG, std::move(message)) {
      path_ = std::move(option);
    }
  };
  // It will always fail.
  struct fail : error {
    explicit fail(std::string message) : error(WEIR_E_FAIL, std::move(message)) {}
  };

  namespace detail {
  // Copies as much as fits without cutting a UTF-8 character.
  inline std::uint32_t copy_text(char* to, std::size_t cap, std::string_view from) {
    std::size_t n = std::min(cap, from.size());
    if (n < from.size()) {
      while (n > 0 && (static_cast<unsigned char>(from[n]) & 0xC0U) == 0x80U) --n;
    }
    if (n != 0) std::memcpy(to, from.data(), n);
    return static_cast<std::uint32_t>(n);
  }
  }  // namespace detail

  // Fills e (may be null) and returns code.
  inline weir_status fill(weir_err * e, weir_status code, std::string_view message,
                          std::string_view path = {}, std::int64_t retry_after_ns = 0) noexcept {
    if (e == nullptr) return code;
    e->code = code;
    e->retry_after_ns = retry_after_ns;
    e->len = detail::copy_text(e->msg, sizeof e->msg, message);
    e->path_len = detail::copy_text(e->path, sizeof e->path, path);
    return code;
  }
  inline weir_err make_err() {
    weir_err e{};
    e.size = sizeof e;
    return e;
  }
  inline std::string_view message_of(const weir_err& e) { return {e.msg, e.len}; }
  inline std::string_view path_of(const weir_err& e) { return {e.path, e.path_len}; }

  // Runs f behind a barrier that no exception passes.
  template <typename F>
  weir_status guard(weir_err * e, F && f) noexcept {
#if defined(__cpp_exceptions)
    try {
      return f();
    } catch (const error& x) {
      return fill(e, x.code(), x.what(), x.path(), x.retry_after_ns());
    } catch (const std::bad_alloc&) {
      return fill(e, WEIR_E_NOMEM, "out of memory");
    } catch (const std::exception& x) {
      return fill(e, WEIR_E_PANIC, x.what());
    } catch (...) {
      return fill(e, WEIR_E_PANIC, "unknown exception");
    }
#else
    (void)e;
    return f();
#endif
  }

}  // namespace v1
}  // namespace weir
