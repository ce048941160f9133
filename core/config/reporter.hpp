#pragma once

// Collects what is wrong while a configuration is read; texts are looked up at the end, when it is
// known what must not be shown.
//
// Threads    One.
// Ownership  Refers to the Sources, which must outlive it.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/config/diagnostic.hpp"
#include "core/config/sources.hpp"
#include "core/config/text.hpp"

namespace weir::config {

class Reporter {
 public:
  explicit Reporter(Sources& sources) : sources_(sources) {}

  void error(const At& at, std::string message, std::string hint = {}) {
    add(Severity::error, at, std::move(message), std::move(hint));
  }
  void warning(const At& at, std::string message, std::string hint = {}) {
    add(Severity::warning, at, std::move(message), std::move(hint));
  }
  // What to do about an error that is said of this place, where it says nothing itself.
  void remedy(const At& at, std::string hint) {
    remedies_[std::pair(at.file, at.offset)] = std::move(hint);
  }
  // From now on, also in what was said before, the piece is never shown.
  void hide(const At& at) { sources_.hide(at); }

  [[nodiscard]] bool has_errors() const;
  [[nodiscard]] Sources& sources() { return sources_; }
  [[nodiscard]] std::uint32_t line(const At& at) const;
  // Everything, in the order of files and places; what has no place comes last.
  [[nodiscard]] std::vector<Diagnostic> finish();

 private:
  struct Pending {
    Severity severity;
    At at;
    std::string message, hint;
  };
  void add(Severity severity, const At& at, std::string message, std::string hint);
  [[nodiscard]] Diagnostic resolve(Pending& pending) const;

  Sources& sources_;
  std::vector<Pending> pending_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::string> remedies_;  // By file and offset.
};

}  // namespace weir::config
