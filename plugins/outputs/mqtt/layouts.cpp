#include "plugins/outputs/mqtt/layouts.hpp"

#include <array>
#include <cmath>

#include <weir/error.hpp>

#include "plugins/common/text/print_number.hpp"

namespace weir::mqtt_output {
namespace {

std::string with(std::string text, std::string_view old, std::string_view fresh) {
  for (std::size_t at = 0; (at = text.find(old, at)) != std::string::npos; at += fresh.size()) {
    text.replace(at, old.size(), fresh);
  }
  return text;
}

std::string modern(const std::string& text, const std::string& option) {
  if (text.find_first_of("+#") != std::string::npos) {
    throw config_error(option, "\"" + text + "\" is no topic name: it must not contain + or #");
  }
  return with(with(text, ".PluginName", ".Name"), ".Hostname", ".Tag \"host\"");
}

std::string joined(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& n : names) text += (text.empty() ? "" : ",") + n;
  return text;
}

const char* homie_type(std::uint8_t type) {
  switch (type) {
    case WEIR_I64:
    case WEIR_U64: return "integer";
    case WEIR_F64: return "float";
    case WEIR_BOOL: return "boolean";
    default: return "string";
  }
}

std::string without_slash(const std::string& text, const std::string& option) {
  if (text.empty()) throw config_error(option, "layout = \"homie-v4\" needs it");
  if (text.find('/') != std::string::npos) {
    throw config_error(option, "it must not contain slashes");
  }
  return with(with(text, ".PluginName", ".Name"), ".Hostname", ".Tag \"host\"");
}

}  // namespace

TopicName::TopicName(const std::string& text, const std::string& option)
    : template_(modern(text, option), option) {}

std::string TopicName::of(const row& r) const {
  const std::string filled = template_.fill(r);
  std::string topic;
  for (std::size_t at = 0; at < filled.size();) {
    const std::size_t end = std::min(filled.find('/', at), filled.size());
    if (end != at) topic.append(topic.empty() ? "" : "/").append(filled, at, end - at);
    at = end + 1;
  }
  if (topic.empty()) return std::string(r.name());
  return filled.front() == '/' ? "/" + topic : topic;
}

void Made::add(std::string topic, std::string text, std::uint32_t tag) {
  texts_.push_back(std::move(text));
  messages_.push_back({std::move(topic), {}, tag});
}

const std::vector<Message>& Made::messages() {
  for (std::size_t i = 0; i < texts_.size(); ++i) messages_[i].payload = texts_[i];
  return messages_;
}

std::string text_of(const value& v) {
  std::array<char, common::fixed_bytes> text{};
  char* const to = text.data();
  switch (v.type()) {
    case WEIR_I64: return {to, common::print_i64(to, v.i64())};
    case WEIR_U64: return {to, common::print_u64(to, v.u64())};
    case WEIR_F64:
      if (std::isnan(v.f64())) return "NaN";
      if (std::isinf(v.f64())) return v.f64() > 0 ? "+Inf" : "-Inf";
      return {to, common::print_fixed(to, v.f64())};
    case WEIR_BOOL: return v.boolean() ? "true" : "false";
    default: return std::string(v.str());
  }
}

void add_fields(const std::string& topic, const row& r, std::uint32_t tag, Made& to) {
  for (const auto& f : r.fields()) to.add(topic + "/" + std::string(f.key), text_of(f.value), tag);
}

// ---- homie ----

Homie::Homie(const std::string& device_name, const std::string& node_id)
    : device_name_(without_slash(device_name, "homie_device_name"), "homie_device_name"),
      node_id_(without_slash(node_id, "homie_node_id"), "homie_node_id") {}

std::string Homie::id_of(std::string_view text) {
  std::string id;
  bool replaced = false;
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    if (fine || !replaced) id += fine ? c : '-';
    replaced = !fine;
  }
  const std::size_t first = id.find_first_not_of('-');
  if (first == std::string::npos) return {};
  return id.substr(first, id.find_last_not_of('-') - first + 1);
}

void Homie::add(const std::string& device, const row& r, std::uint32_t tag, Made& to) {
  const std::string name = node_id_.fill(r);
  const std::string node = device + "/" + id_of(name);
  add_device(device, name, r, tag, to);
  std::set<std::string> properties;
  for (const auto& t : r.tags()) properties.insert(id_of(t.key));
  for (const auto& f : r.fields()) properties.insert(id_of(f.key));
  to.add(node + "/$properties", joined(properties), tag);
  const auto property = [&](std::string_view key, std::string text, const char* type) {
    const std::string topic = node + "/" + id_of(key);
    to.add(topic, std::move(text), tag);
    to.add(topic + "/$name", std::string(key), tag);
    to.add(topic + "/$datatype", type, tag);
  };
  for (const auto& t : r.tags()) property(t.key, std::string(t.value), "string");
  for (const auto& f : r.fields()) property(f.key, text_of(f.value), homie_type(f.value.type()));
}

// What is said of a device and of a node once.
void Homie::add_device(const std::string& device, const std::string& node, const row& r,
                       std::uint32_t tag, Made& to) {
  if (nodes_.size() > nodes_max) forget();
  const auto [at, is_new] = nodes_.try_emplace(device);
  if (is_new) {
    to.add(device + "/$homie", "4.0", tag);
    to.add(device + "/$name", device_name_.fill(r), tag);
    to.add(device + "/$state", "ready", tag);
  }
  if (at->second.size() > nodes_max) at->second.clear();
  if (!at->second.insert(id_of(node)).second) return;
  to.add(device + "/$nodes", joined(at->second), tag);
  to.add(device + "/" + id_of(node) + "/$name", node, tag);
}

void Homie::add_lost(Made& to) const {
  for (const auto& [device, nodes] : nodes_) to.add(device + "/$state", "lost", 0);
}

}  // namespace weir::mqtt_output
