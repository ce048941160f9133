#include "core/config/reporter.hpp"

#include <algorithm>
#include <utility>

#include "core/config/sort_by.hpp"

namespace weir::config {
std::uint32_t Reporter::line(const At& at) const {
  return at.file < sources_.size() ? sources_.file(at.file).position(at.offset).line : 0;
}

bool Reporter::has_errors() const {
  return std::any_of(pending_.begin(), pending_.end(),
                     [](const Pending& pending) { return pending.severity == Severity::error; });
}

void Reporter::add(Severity severity, const At& at, std::string message, std::string hint) {
  pending_.push_back({severity, at, std::move(message), std::move(hint)});
}

Diagnostic Reporter::resolve(Pending& pending) const {
  Diagnostic d;
  d.severity = pending.severity;
  d.message = std::move(pending.message);
  d.hint = std::move(pending.hint);
  const auto remedy = remedies_.find(std::pair(pending.at.file, pending.at.offset));
  if (d.hint.empty() && remedy != remedies_.end()) d.hint = remedy->second;
  if (pending.at.file >= sources_.size()) return d;
  const SourceFile& file = sources_.file(pending.at.file);
  const auto [line, column] = file.position(pending.at.offset);
  d.file = file.name();
  d.line = line;
  d.column = column;
  d.width = file.width(pending.at.offset, pending.at.length);
  d.source = file.shown_line(line);
  return d;
}

std::vector<Diagnostic> Reporter::finish() {
  sort_by(pending_, [](const Pending& one) { return std::pair(one.at.file, one.at.offset); });
  std::vector<Diagnostic> diagnostics;
  diagnostics.reserve(pending_.size());
  for (Pending& pending : pending_) diagnostics.push_back(resolve(pending));
  pending_.clear();
  return diagnostics;
}

}  // namespace weir::config
