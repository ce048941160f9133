#pragma once

// Plugins that exist as descriptors alone, for tests of the configuration.
//
// Ownership  Descriptors are static.

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <weir/options.hpp>

#include "core/config/load.hpp"
#include "core/config/settings.hpp"

namespace weir::config {

struct ProbeServer {
  std::string host;
  std::int64_t port{0};
  static constexpr auto options =
      std::tuple{weir::opt{"host", &ProbeServer::host, "\"localhost\"", "Name of the host"},
                 weir::opt{"port", &ProbeServer::port, "80", "TCP port"}.in("1..65535")};
};

struct ProbeRule {
  std::string pattern;
  std::vector<std::string> fields;
  weir::map<weir::any> values;
  static constexpr auto options = std::tuple{
      weir::opt{"pattern", &ProbeRule::pattern, nullptr, "A regular expression"}.required(),
      weir::opt{"fields", &ProbeRule::fields, "[]", "Where it applies"}.words(),
      weir::opt{"values", &ProbeRule::values, nullptr, "What becomes what"}};
};

inline constexpr const char* probe_modes[] = {"fast", "slow"};
inline constexpr const char* probe_timeout_aliases[] = {"response_timeout", nullptr};

struct Probe {
  std::string text;
  std::int64_t count{0};
  double ratio{0};
  bool on{false};
  weir::duration timeout{};
  weir::byte_size limit;
  weir::secret password;
  std::string mode, old;
  ProbeServer server;
  std::vector<ProbeRule> rules;
  weir::map<std::string> headers;
  weir::map<std::vector<std::string>> groups;
  std::vector<double> quantiles;
  std::optional<bool> maybe;
  static constexpr auto options =
      std::tuple{weir::opt{"text", &Probe::text, "\"usual\"", "Any text"},
                 weir::opt{"count", &Probe::count, "3", "How many"}.in("0..10"),
                 weir::opt{"ratio", &Probe::ratio, "0.5", "A share"}.in("0.0..1.0").advanced(),
                 weir::opt{"on", &Probe::on, "true", "Whether it works"},
                 weir::opt{"timeout", &Probe::timeout, "\"5s\"", "How long to wait"}
                     .in("\"1ms\"..")
                     .also(probe_timeout_aliases),
                 weir::opt{"limit", &Probe::limit, "\"1MiB\"", "How much to read"}.in("..\"1GiB\""),
                 weir::opt{"password", &Probe::password, "\"\"", "The password"},
                 weir::opt{"mode", &Probe::mode, "\"fast\"", "How to work"}.one_of(probe_modes),
                 weir::opt{"old", &Probe::old, "\"\"", "No longer used"}.deprecated(),
                 weir::opt{"server", &Probe::server, nullptr, "Where to ask"},
                 weir::opt{"rules", &Probe::rules, nullptr, "What to change"},
                 weir::opt{"headers", &Probe::headers, nullptr, "Headers to send"},
                 weir::opt{"groups", &Probe::groups, nullptr, "Names by group"},
                 weir::opt{"quantiles", &Probe::quantiles, "[0.5]", "Which quantiles"},
                 weir::opt{"maybe", &Probe::maybe, nullptr, "Written or not"}};
};

// inputs file (raw), mem, probe (every type of option), exec_like (raw, json by default); outputs file
// (bytes), discard; processors override, both (raw and bytes); aggregators minmax; parsers influx, csv,
// json; serializers influx, json. inputs.broken exists but is refused.
class TestCatalog : public PluginCatalog {
 public:
  Found find(std::uint16_t kind, const std::string& name) override;
  std::vector<std::string> names(std::uint16_t kind) override;

  std::vector<std::string> asked;  // What find was called with: "inputs.mem".
};

// What the agent does by default: nothing in the environment, the machine is called "machine".
[[nodiscard]] LoadOptions test_options();

// Loads one text named "x.conf", by default without asking for inputs and outputs.
[[nodiscard]] LoadResult load_text(const std::string& text, const LoadOptions* options = nullptr);

// "12:3: error: message" of each, one a line, with "= hint" below where there is one.
[[nodiscard]] std::string brief(const std::vector<Diagnostic>& diagnostics);

}  // namespace weir::config
