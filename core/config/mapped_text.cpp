#include "core/config/mapped_text.hpp"

#include <algorithm>

namespace weir::config {
namespace {

using Steps = std::vector<Expansion::Step>;

Steps::const_iterator step_after(const Steps& steps, std::size_t offset) {
  return std::upper_bound(
      steps.begin(), steps.end(), offset,
      [](std::size_t at, const Expansion::Step& step) { return at < step.out; });
}

}  // namespace

std::uint32_t MappedText::source_offset(std::size_t offset) const {
  const auto after = step_after(steps_, offset);
  if (after == steps_.begin()) return base_ + static_cast<std::uint32_t>(offset);
  const Expansion::Step& step = *(after - 1);
  return base_ + step.in + (step.replaced ? 0 : static_cast<std::uint32_t>(offset) - step.out);
}

At MappedText::at(std::size_t offset, std::size_t length) const {
  const std::uint32_t from = source_offset(offset);
  const std::uint32_t to = source_offset(offset + length);
  return {file_, from, to - std::min(from, to)};
}

bool MappedText::replaced(std::size_t offset, std::size_t length) const {
  for (auto step = steps_.begin(); step != steps_.end() && step->out < offset + length; ++step) {
    const std::size_t end = step + 1 == steps_.end() ? text_.size() : (step + 1)->out;
    if (step->replaced && end > offset) return true;
  }
  return false;
}

}  // namespace weir::config
