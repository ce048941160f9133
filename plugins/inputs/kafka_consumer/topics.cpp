#include "plugins/inputs/kafka_consumer/topics.hpp"

#include <algorithm>
#include <utility>

#include <re2/re2.h>

#include <weir/error.hpp>

namespace weir::kafka_consumer {

Topics::Topics(std::vector<std::string> names, const std::vector<std::string>& patterns)
    : names_(std::move(names)) {
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    RE2::Options quiet;
    quiet.set_log_errors(false);
    auto made = std::make_unique<RE2>(patterns[i], quiet);
    if (!made->ok()) {
      throw config_error("topic_regexps[" + std::to_string(i) + "]",
                         "\"" + patterns[i] + "\" is no regular expression: " + made->error());
    }
    patterns_.push_back(std::move(made));
  }
}
Topics::~Topics() = default;

bool Topics::matches(const std::string& name) const {
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const auto& p) { return RE2::PartialMatch(name, *p); });
}

std::vector<std::string> Topics::wanted(const std::vector<std::string>& there) const {
  std::vector<std::string> all = names_;
  std::copy_if(there.begin(), there.end(), std::back_inserter(all),
               [this](const std::string& name) { return matches(name); });
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace weir::kafka_consumer
