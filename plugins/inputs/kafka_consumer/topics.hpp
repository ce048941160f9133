#pragma once

// Which topics are read: those that are named, and those whose names match a regular expression.
//
// Threads    One thread.
// Errors     weir::config_error for an expression that cannot be read.

#include <memory>
#include <string>
#include <vector>

namespace re2 {
class RE2;
}

namespace weir::kafka_consumer {

class Topics {
 public:
  Topics(std::vector<std::string> names, const std::vector<std::string>& patterns);
  ~Topics();

  // Has it to be asked which topics there are?
  [[nodiscard]] bool has_patterns() const { return !patterns_.empty(); }
  // In order, each once. there: the topics of the cluster.
  [[nodiscard]] std::vector<std::string> wanted(const std::vector<std::string>& there) const;

 private:
  [[nodiscard]] bool matches(const std::string& name) const;

  std::vector<std::string> names_;
  std::vector<std::unique_ptr<re2::RE2>> patterns_;
};

}  // namespace weir::kafka_consumer
