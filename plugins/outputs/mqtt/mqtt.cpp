#include "plugins/outputs/mqtt/mqtt.hpp"

#include <algorithm>
#include <map>

namespace weir::mqtt_output {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::uint32_t no_group = 0xffffffff;

}  // namespace

void Mqtt::init() {
  check_client(self);
  check();
  topic_name_ = std::make_unique<TopicName>(topic, "topic");
  if (layout == "homie-v4") homie_ = std::make_unique<Homie>(homie_device_name, homie_node_id);
  // Where all rows have one topic the serializer makes one document of them.
  document_ = layout == "batch" && topic_name_->is_constant();
  const auto* format = document_ ? self.extension<weir_format_v1>(WEIR_EXT_FORMAT) : nullptr;
  document_ = format != nullptr;
  if (document_) format->set_document(self.context(), 1);
}

void Mqtt::check() const {
  if (timeout.ns <= 0) throw config_error("timeout", "it must be longer than 0s");
  if (v5 && protocol != "5") throw config_error("v5", "it needs protocol = \"5\"");
  if (v5 && (v5->message_expiry.ns < 0 || v5->message_expiry.ns / second_ns > 0xffffffffLL)) {
    throw config_error("v5.message_expiry", "it must be from 0s to 4294967295s");
  }
}

std::string Mqtt::properties() const {
  if (!v5) return {};
  mqtt::PropertyWriter p;
  if (v5->message_expiry.ns > 0) {
    p.four(mqtt::Property::message_expiry,
           static_cast<std::uint32_t>(v5->message_expiry.ns / second_ns));
  }
  if (!v5->content_type.empty()) p.text(mqtt::Property::content_type, v5->content_type);
  if (!v5->response_topic.empty()) p.text(mqtt::Property::response_topic, v5->response_topic);
  if (v5->topic_alias != 0) p.two(mqtt::Property::topic_alias, v5->topic_alias);
  for (const auto& [key, value] : v5->user_properties) p.pair(key, value);
  return p.bytes();
}

void Mqtt::start() {
  settings_.connection = connection_settings(self, "Telegraf-Output-");
  settings_.connection.connect.keep_alive_s = static_cast<std::uint16_t>(keep_alive);
  settings_.connection.connect_timeout_ns = timeout.ns;
  settings_.connection.ping_timeout_ns = timeout.ns;
  settings_.qos = static_cast<std::uint8_t>(qos);
  settings_.retain = retain;
  settings_.timeout_ns = timeout.ns;
  settings_.properties = properties();
  settings_.topic_alias = v5 ? v5->topic_alias : std::uint16_t{0};
  tls_ = tls_client(self);
  connect();
}

void Mqtt::connect() {
  if (publisher_ && publisher_->alive()) return;
  publisher_.reset();
  publisher_ = std::make_unique<Publisher>(settings_, tls_.get());
}

void Mqtt::stop() {
  if (!publisher_) return;
  try {
    if (homie_) {
      made_.clear();
      homie_->add_lost(made_);
      std::vector<std::pair<std::uint32_t, mqtt_output::Fate>> fates;
      publisher_->publish(made_.messages(), fates);
    }
    publisher_->close();
  } catch (const error& x) {
    self.debug(std::string("the broker heard no goodbye: ") + x.what());
  }
  publisher_.reset();
  if (homie_) homie_->forget();
}

weir_status Mqtt::write(const delivery& rows) {
  connect();
  const weir_delivery& d = rows.raw();
  // A block of the same place in memory may be another: only a retry goes on where it was.
  if (rows.attempt() == 1 || !progress_.is(d)) {
    progress_ = {d.batch_id, d.row0, d.n_rows, std::vector<Fate>(d.n_rows, Fate::open)};
  }
  collect(rows);
  publish();
  return answer(rows);
}

// ---- messages ----

void Mqtt::collect(const delivery& rows) {
  messages_.clear();
  made_.clear();
  joined_.clear();
  groups_.clear();
  group_of_row_.assign(progress_.n_rows, no_group);
  if (layout == "batch") return collect_batches(rows);
  for (const row r : rows) {
    const std::uint32_t index = r.index() - progress_.row0;
    if (progress_.fates[index] == Fate::open) collect_row(rows, r, index);
  }
  if (layout != "field" && layout != "homie-v4") return;
  messages_ = made_.messages();
  for (const Message& m : messages_) ++groups_[m.tag].messages;
}

void Mqtt::collect_row(const delivery& rows, const row& r, std::uint32_t index) {
  const auto group = static_cast<std::uint32_t>(groups_.size());
  group_of_row_[index] = group;
  groups_.emplace_back();
  if (layout == "field") return add_fields(topic_name_->of(r), r, group, made_);
  if (layout == "homie-v4") return homie_->add(topic_name_->of(r), r, group, made_);
  const std::string_view bytes = rows.bytes_of(r.index());
  // The serializer had nothing to say about an empty one, and reported that.
  if (!bytes.empty()) add(group, {topic_name_->of(r), bytes, group});
}

void Mqtt::add(std::uint32_t group, Message message) {
  ++groups_[group].messages;
  messages_.push_back(std::move(message));
}

void Mqtt::collect_batches(const delivery& rows) {
  std::map<std::string, std::uint32_t> topics;
  for (const row r : rows) {
    const std::uint32_t index = r.index() - progress_.row0;
    if (progress_.fates[index] != Fate::open) continue;
    const auto fresh = static_cast<std::uint32_t>(groups_.size());
    const auto [at, is_new] = topics.try_emplace(topic_name_->of(r), fresh);
    if (is_new) {
      groups_.emplace_back();
      joined_.emplace_back(document_ ? rows.bytes() : std::string_view{});
    }
    group_of_row_[index] = at->second;
    if (!document_) joined_[at->second].append(rows.bytes_of(r.index()));
  }
  for (const auto& [name, group] : topics) {
    if (!joined_[group].empty()) add(group, {name, joined_[group], group});
  }
}

// ---- fates ----

void Mqtt::publish() {
  std::vector<std::pair<std::uint32_t, mqtt_output::Fate>> fates;
  fates.reserve(messages_.size());
  try {
    publisher_->publish(messages_, fates);
  } catch (...) {
    publisher_.reset();
    if (homie_) homie_->forget();
    settle(fates);
    throw;
  }
  settle(fates);
}

// A row has its fate when all of its messages have theirs.
void Mqtt::settle(const std::vector<std::pair<std::uint32_t, mqtt_output::Fate>>& fates) {
  for (const auto& [tag, fate] : fates) {
    ++groups_[tag].known;
    groups_[tag].refused = groups_[tag].refused || fate == mqtt_output::Fate::refused;
  }
  for (std::size_t i = 0; i < group_of_row_.size(); ++i) {
    if (group_of_row_[i] == no_group) continue;
    const Group& g = groups_[group_of_row_[i]];
    if (g.known == g.messages) progress_.fates[i] = g.refused ? Fate::refused : Fate::delivered;
  }
}

weir_status Mqtt::answer(const delivery& rows) {
  std::vector<std::uint32_t> rejected;
  for (const row r : rows) {
    if (progress_.fates[r.index() - progress_.row0] == Fate::refused) rejected.push_back(r.index());
  }
  progress_ = {};
  if (rejected.empty()) return WEIR_OK;
  const std::string why = "the broker refuses " + std::to_string(rejected.size()) +
                          " metrics: " + publisher_->last_refusal();
  self.error(why);
  weir_result result{};
  result.size = sizeof result;
  result.rejected = rejected.data();
  result.n_rejected = static_cast<std::uint32_t>(rejected.size());
  result.reason = borrow(why);
  self.complete(rows.id(), result);
  return WEIR_ASYNC;
}

}  // namespace weir::mqtt_output

WEIR_MODULE("mqtt", "1.0.0", weir::mqtt_output::Mqtt)
