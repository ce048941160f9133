#include "plugins/outputs/kafka/routing.hpp"

namespace weir::kafka_output {

const std::string& Routing::topic(const row& r) {
  const std::string_view tagged =
      settings_.topic_tag.empty() ? std::string_view{} : r.tag(settings_.topic_tag);
  topic_ = tagged.empty() ? std::string_view(settings_.topic) : tagged;
  append_suffix(r);
  return topic_;
}

void Routing::append_suffix(const row& r) {
  const TopicSuffix& suffix = settings_.suffix;
  if (suffix.method == "measurement") topic_.append(suffix.separator).append(r.name());
  if (suffix.method != "tags") return;
  for (const std::string& key : suffix.keys) {
    const std::string_view value = r.tag(key);
    if (!value.empty()) topic_.append(suffix.separator).append(value);
  }
}

std::string_view Routing::key(const row& r) {
  if (!settings_.routing_tag.empty()) {
    const std::string_view tagged = r.tag(settings_.routing_tag);
    if (tagged.data() != nullptr) return tagged;
  }
  if (settings_.routing_key.empty()) return {};
  if (settings_.routing_key != "random") return settings_.routing_key;
  key_ = std::to_string(random_());
  return key_;
}

}  // namespace weir::kafka_output
