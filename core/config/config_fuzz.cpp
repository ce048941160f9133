// The whole front end on any bytes: it ends, reports, and never shows what is secret.
//
// The first byte chooses the treatment of the environment; the rest is a file.

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "core/config/load.hpp"
#include "core/config/test_catalog.hpp"

namespace {

constexpr const char* secret = "hunter2hunter2";

std::optional<std::string> environment(const std::string& name) {
  if (name == "SECRET") return secret;
  if (name == "EMPTY") return "";
  if (name == "N") return "7";
  return std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  weir::config::LoadOptions options = weir::config::test_options();
  options.environment = environment;
  options.env_non_strict = (data[0] & 1U) != 0;
  options.env_old = (data[0] & 2U) != 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const weir::config::LoadResult result = weir::config::load_text(text, &options);
  const bool written = text.find(secret) != std::string::npos;
  for (const weir::config::Diagnostic& diagnostic : result.diagnostics) {
    // Replaced in the raw text, a variable may become a key, and keys are named; what stands in the file
    // is no secret of the environment.
    const bool shown = render(diagnostic).find(secret) != std::string::npos;
    if (shown && !options.env_non_strict && !written) std::abort();
    if (render_json(diagnostic).find('\n') != std::string::npos) std::abort();
  }
  if (has_errors(result.diagnostics) == result.settings.has_value()) std::abort();
  return 0;
}
