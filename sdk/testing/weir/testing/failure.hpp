#pragma once

// What goes wrong in a test of a plugin, as exceptions: failure is the plugin's answer, violation a breach of
// the contract by the plugin, bad_test a mistake in the test itself.

#include <stdexcept>
#include <string>
#include <utility>

#include <weir/error.hpp>

// GoogleTest's namespace stays reachable by its short name inside weir.
namespace testing {}

namespace weir {
namespace testing __attribute__((visibility("hidden"))) {
  // NOLINTNEXTLINE(google-build-using-namespace): that is how it stays reachable
  using namespace ::testing;

  // A call of the plugin ended with a negative status.
  struct failure : std::runtime_error {
    failure(weir_status s, std::string text, std::string option)
        : std::runtime_error("status " + std::to_string(s) + ": " + text +
                             (option.empty() ? "" : " (" + option + ")")),
          status(s),
          message(std::move(text)),
          path(std::move(option)) {}
    weir_status status;
    std::string message;
    std::string path;  // the option it is about
    std::int64_t retry_after_ns = 0;
  };

  // The plugin broke a rule of abi.h.
  struct violation : std::logic_error {
    using std::logic_error::logic_error;
  };

  // The test's own text (rows, TOML) cannot be read, or the kit is used in a way it does not know.
  struct bad_test : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
  };

  // The failure that f throws; one with WEIR_OK when it throws none.
  template <typename F>
  failure failure_of(F && f) {
    try {
      f();
    } catch (const failure& x) {
      return x;
    }
    return {WEIR_OK, "", ""};
  }

}  // namespace testing
}  // namespace weir
