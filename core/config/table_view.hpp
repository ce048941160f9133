#pragma once

// A table while it is read: which of its keys were understood.
//
// Ownership  Refers to the node.

#include <string_view>
#include <vector>

#include "core/config/node.hpp"

namespace weir::config {

class TableView {
 public:
  explicit TableView(const Node& table) : table_(table), taken_(table.members.size(), false) {}

  // The member, which from now on counts as understood, or nullptr.
  const Member* take(std::string_view name) {
    const Member* member = table_.find(name);
    if (member != nullptr) taken_[index(*member)] = true;
    return member;
  }
  [[nodiscard]] bool taken(const Member& member) const { return taken_[index(member)]; }
  void mark(const Member& member) { taken_[index(member)] = true; }
  [[nodiscard]] const Node& node() const { return table_; }

 private:
  [[nodiscard]] std::size_t index(const Member& member) const {
    return static_cast<std::size_t>(&member - table_.members.data());
  }

  const Node& table_;
  std::vector<bool> taken_;
};

}  // namespace weir::config
