#pragma once

// Expected failure as a value.
//
// Ownership  A Result owns its value or its Error.
// Errors     ErrorKind says what the caller does next; exceptions stay inside the function that
//            calls a throwing library and become an Error there.

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace weir {

// IF YOU ADD A KIND: teach core/pipeline/sender.cpp what to do with it.
enum class ErrorKind : std::uint8_t {
  bad_config,   // The file is wrong: report the place and stop; trying again cannot help.
  bad_input,    // This record is wrong: count it, drop it, go on.
  overloaded,   // No room or no time now: keep the data, try again after a back-off.
  unavailable,  // The other end is gone: reconnect, then try again.
  permanent,    // The same request will always fail.
};

struct Error {
  ErrorKind kind{ErrorKind::permanent};
  std::string message;  // For a person: what failed, and what to do about it.
};

// A value, or the reason why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  // NOLINTBEGIN(google-explicit-constructor): "return value;" and "return error;" are the point.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  [[nodiscard]] const T& value() const& { return std::get<0>(state_); }
  [[nodiscard]] T& value() & { return std::get<0>(state_); }
  [[nodiscard]] T&& value() && { return std::get<0>(std::move(state_)); }
  [[nodiscard]] const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

struct Unit {};
using Status = Result<Unit>;
inline Status ok_status() { return Unit{}; }

}  // namespace weir
