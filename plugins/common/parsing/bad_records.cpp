#include "plugins/common/parsing/bad_records.hpp"

namespace weir::common {

void BadRecords::begin(const host& home, std::uint64_t delivery) {
  home_ = home;
  delivery_ = delivery;
  count_ = 0;
  first_.clear();
}

void BadRecords::add(const Place& at, std::string_view reason, std::string_view excerpt) {
  if (++count_ > reports_max) return;
  if (count_ == 1) {
    first_ = reason;
    if (at.line != 0) first_ += " at line " + std::to_string(at.line);
    if (at.col != 0) first_ += ", column " + std::to_string(at.col);
  }
  weir_bad b{};
  b.size = sizeof b;
  b.count = 1;
  b.offset = at.offset;
  if (at.line <= UINT32_MAX) b.line = static_cast<std::uint32_t>(at.line);
  b.col = at.col;
  b.reason = borrow(reason);
  b.excerpt = borrow(excerpt.substr(0, excerpt.find('\n')).substr(0, excerpt_bytes_max));
  home_.bad(delivery_, b);
}

void BadRecords::end() {
  if (count_ <= reports_max) return;
  weir_bad b{};
  b.size = sizeof b;
  b.count = count_ - reports_max;
  b.reason = borrow("more records of the same text that cannot be read");
  home_.bad(delivery_, b);
}

}  // namespace weir::common
