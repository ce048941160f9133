#pragma once

// Typed readings of a node. Each says true and sets its target, or reports what is wrong.
//
// A string that came from the environment may stand for a number or for true and false: quotes are the
// only way to write a variable.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/node.hpp"
#include "core/config/reporter.hpp"

namespace weir::config {

class Values {
 public:
  explicit Values(Reporter& reporter) : reporter_(reporter) {}

  // name: of the option, for the message.
  bool string(const Node& node, std::string_view name, std::string& target);
  bool integer(const Node& node, std::string_view name, std::int64_t& target);
  bool number(const Node& node, std::string_view name, double& target);
  bool boolean(const Node& node, std::string_view name, bool& target);
  // A number means seconds, "" means 0.
  bool duration(const Node& node, std::string_view name, std::int64_t& target_ns);
  bool size(const Node& node, std::string_view name, std::int64_t& target_bytes);
  bool strings(const Node& node, std::string_view name, std::vector<std::string>& target);
  // Any scalar, as text.
  bool scalar_text(const Node& node, std::string_view name, std::string& target);
  // One of the choices.
  bool choice(const Node& node, std::string_view name, const std::vector<std::string>& choices,
              std::string& target);

  // Reports that the node is something else than expected ("a string"). Always false.
  bool refuse(const Node& node, std::string_view name, std::string_view expected,
              std::string hint = {});
  // Where a piece of a string's text stands: the whole string, where it is not written as it reads.
  [[nodiscard]] At piece(const Node& node, std::size_t offset, std::size_t length) const;
  // The text of a string for a message: a variable is shown by its name, not by its value.
  [[nodiscard]] std::string shown(const Node& node) const;

  [[nodiscard]] Reporter& reporter() { return reporter_; }

 private:
  bool refuse_text(const Node& node, std::string_view name, std::string_view expected);

  Reporter& reporter_;
};

}  // namespace weir::config
