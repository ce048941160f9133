#include "plugins/inputs/statsd/statsd.hpp"

#include <algorithm>
#include <limits>

#include "plugins/inputs/statsd/receiver.hpp"
#include "plugins/inputs/statsd/reporter.hpp"
#include "plugins/inputs/statsd/store.hpp"

namespace weir::statsd {
namespace {

// What the kernel counts for a small datagram, halved: it doubles what it is asked for.
constexpr std::int64_t pending_message_bytes = 512;
constexpr std::uint32_t percentile_limit_default = 1000;

}  // namespace

Statsd::Statsd() = default;
Statsd::~Statsd() = default;

void Statsd::init() {
  if (metric_separator.empty()) metric_separator.assign(1, '_');
  datadog_extensions = datadog_extensions || parse_data_dog_tags;
  if (percentile_limit == 0) percentile_limit = percentile_limit_default;
  const std::uint32_t limit = percentiles.empty() ? 0 : percentile_limit;
  store_ = std::make_unique<Store>(name_settings(), limit, float_counters);
  make_reporter(limit);
}

NameSettings Statsd::name_settings() const {
  NameSettings names;
  names.templates = templates;
  names.separator = metric_separator;
  names.sanitize = sanitize_name_method;
  names.convert = convert_names;
  if (enable_aggregation_temporality) names.temporality = delete_counters ? "delta" : "cumulative";
  return names;
}

void Statsd::make_reporter(std::uint32_t limit) {
  ReportSettings settings;
  settings.keeps[static_cast<std::size_t>(Kind::gauge)] = !delete_gauges;
  settings.keeps[static_cast<std::size_t>(Kind::counter)] = !delete_counters;
  settings.keeps[static_cast<std::size_t>(Kind::set)] = !delete_sets;
  settings.keeps[static_cast<std::size_t>(Kind::timing)] = !delete_timings;
  settings.float_counters = float_counters;
  settings.float_timings = float_timings;
  settings.float_sets = float_sets;
  settings.start_time = enable_aggregation_temporality;
  settings.max_ttl_ns = max_ttl.ns;
  settings.percentiles = percentiles;
  reporter_ = std::make_unique<Reporter>(std::move(settings), limit);
}

void Statsd::start() {
  if (receiver_) return;
  store_->attach(self);
  reporter_->attach(self, self.now());
  listen();
  TcpSettings tcp;
  tcp.max_connections = static_cast<std::uint64_t>(max_tcp_connections);
  tcp.keep_alive = tcp_keep_alive;
  if (tcp_keep_alive_period) tcp.keep_alive_ns = tcp_keep_alive_period->ns;
  const bool is_tcp = protocol.starts_with("tcp");
  try {
    receiver_ = std::make_unique<Receiver>(self, descriptor_, is_tcp ? &tcp : nullptr,
                                           line_settings(), *store_, [this] { report_last(); });
  } catch (...) {
    stop();
    throw;
  }
}

LineSettings Statsd::line_settings() const {
  LineSettings lines;
  lines.datadog = datadog_extensions;
  lines.distributions = datadog_extensions && datadog_distributions;
  lines.keep_container = datadog_keep_container_tag;
  lines.float_counters = float_counters;
  return lines;
}

void Statsd::listen() {
  const std::string address = protocol + "://" + service_address;
  const std::int64_t pending = allowed_pending_messages * pending_message_bytes;
  weir_listen_opts how{};
  how.size = sizeof how;
  how.read_buffer_bytes =
      std::min<std::int64_t>(read_buffer_size.bytes + pending, std::numeric_limits<int>::max());
  weir_err err = make_err();
  const auto* sockets = self.extension<weir_listen_v1>(WEIR_EXT_LISTEN);
  const weir_status opened =
      sockets->open(self.context(), borrow(address), &how, &descriptor_, &err);
  if (opened != WEIR_OK) throw error(opened, std::string(message_of(err)));
}

void Statsd::stop() {
  receiver_.reset();
  if (descriptor_ < 0) return;
  self.extension<weir_listen_v1>(WEIR_EXT_LISTEN)->close(self.context(), descriptor_);
  descriptor_ = -1;
}

void Statsd::gather(sink& out) {
  if (receiver_) receiver_->flush();
  report(out);
}

// On the receiver's thread: it may wait for room.
void Statsd::report_last() {
  emit_options waiting;
  waiting.may_wait = true;
  sink last(self);
  last.begin(waiting);
  report(last);
  last.emit();
}

void Statsd::report(sink& out) {
  Window& window = store_->take();
  reporter_->report(window, self.now(), out);
  self.count(values_refused, window.memory.refused + reporter_->take_refused());
  window.memory.refused = 0;
  Store::give_back(window);
}

}  // namespace weir::statsd

WEIR_MODULE("statsd", "1.0.0", weir::statsd::Statsd)
