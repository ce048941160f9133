#pragma once

// Counts what statsd clients send, and makes metrics of it at every interval.
//
// Threads    One of its own receives and counts; gather() takes what it counted and makes metrics of it. At
//            the end the thread reports once more, so that nothing that was received is lost.
// Errors     Options in init(), the socket in start(), which is tried again.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/inputs/statsd/metrics.hpp"

namespace weir::statsd {

struct LineSettings;
struct NameSettings;
class Receiver;
class Reporter;
class Store;

struct Statsd {
  static constexpr info meta{"statsd", "1.0.0", "Count what statsd and DogStatsD clients send",
                             WEIR_OWN_THREADS | WEIR_MAY_BLOCK};
  static constexpr const char* const needs[] = {WEIR_EXT_LISTEN, nullptr};
  static constexpr const weir_metric_decl* const metrics[] = {
      &declared_metrics[0], &declared_metrics[1], &declared_metrics[2],
      &declared_metrics[3], &declared_metrics[4], &declared_metrics[5],
      &declared_metrics[6], &declared_metrics[7], nullptr};

  Statsd();
  ~Statsd();

  std::string protocol, service_address;
  std::int64_t max_tcp_connections{};
  bool tcp_keep_alive{};
  std::optional<duration> tcp_keep_alive_period;
  bool delete_gauges{}, delete_counters{}, delete_sets{}, delete_timings{};
  bool enable_aggregation_temporality{};
  std::vector<double> percentiles;
  std::uint32_t percentile_limit{};
  std::string metric_separator;
  bool datadog_extensions{}, parse_data_dog_tags{}, datadog_distributions{};
  bool datadog_keep_container_tag{};
  std::vector<std::string> templates;
  std::uint32_t allowed_pending_messages{};
  std::uint32_t number_workers_threads{};
  byte_size read_buffer_size;
  duration max_ttl;
  std::string sanitize_name_method;
  bool convert_names{}, float_counters{}, float_timings{}, float_sets{};
  std::int64_t udp_packet_size{};

  static constexpr const char* const protocols[] = {"udp", "udp4", "udp6", "tcp", "tcp4", "tcp6"};
  static constexpr auto options = std::tuple{
      opt{"protocol", &Statsd::protocol, "\"udp\"", "udp, udp4, udp6, tcp, tcp4 or tcp6"}.one_of(
          protocols),
      opt{"service_address", &Statsd::service_address, "\":8125\"", "Where to listen: host:port"},
      opt{"max_tcp_connections", &Statsd::max_tcp_connections, "250",
          "TCP connections at the same time"}
          .in("1.."),
      opt{"tcp_keep_alive", &Statsd::tcp_keep_alive, "false",
          "Probe TCP connections that are silent"},
      opt{"tcp_keep_alive_period", &Statsd::tcp_keep_alive_period, nullptr,
          "Between probes; not written = the system's"},
      opt{"delete_gauges", &Statsd::delete_gauges, "true", "Gauges begin anew at every interval"},
      opt{"delete_counters", &Statsd::delete_counters, "true",
          "Counters begin anew at every interval"},
      opt{"delete_sets", &Statsd::delete_sets, "true", "Sets begin anew at every interval"},
      opt{"delete_timings", &Statsd::delete_timings, "true",
          "Timings and histograms begin anew at every interval"},
      opt{"enable_aggregation_temporality", &Statsd::enable_aggregation_temporality, "false",
          "Add the field start_time, and to counters the tag temporality"},
      opt{"percentiles", &Statsd::percentiles, "[]", "Percentiles of timings and histograms"},
      opt{"percentile_limit", &Statsd::percentile_limit, "1000",
          "Values of a series that percentiles are made of"}
          .in("0..1000000"),
      opt{"metric_separator", &Statsd::metric_separator, "\"_\"",
          "Between the parts of a metric's name"},
      opt{"datadog_extensions", &Statsd::datadog_extensions, "false",
          "Take tags, events and service checks of DogStatsD"},
      opt{"parse_data_dog_tags", &Statsd::parse_data_dog_tags, "false",
          "The old name of datadog_extensions"}
          .deprecated(),
      opt{"datadog_distributions", &Statsd::datadog_distributions, "false",
          "Take distributions, with datadog_extensions"},
      opt{"datadog_keep_container_tag", &Statsd::datadog_keep_container_tag, "false",
          "Keep the container id as the tag container, with datadog_extensions"},
      opt{"templates", &Statsd::templates, "[]",
          "What the parts of names mean: \"[filter] template [tag=value,...]\""},
      opt{"allowed_pending_messages", &Statsd::allowed_pending_messages, "10000",
          "Datagrams that the kernel may hold, beside read_buffer_size"}
          .in("0..1000000"),
      opt{"number_workers_threads", &Statsd::number_workers_threads, "5",
          "Threads that parse, at most; one is enough"}
          .in("1.."),
      opt{"read_buffer_size", &Statsd::read_buffer_size, "\"0B\"",
          "The kernel's receive buffer; 0 = the system's"},
      opt{"max_ttl", &Statsd::max_ttl, "\"0s\"",
          "Forget series to which nothing came for so long; 0 = never. Where delete_... is false"},
      opt{"sanitize_name_method", &Statsd::sanitize_name_method, "\"\"",
          "upstream = clean names as statsd does; empty = leave them"},
      opt{"convert_names", &Statsd::convert_names, "false",
          "In names . becomes _ and - becomes __"},
      opt{"float_counters", &Statsd::float_counters, "false", "Counters are floats"},
      opt{"float_timings", &Statsd::float_timings, "false",
          "The field count of timings is a float"},
      opt{"float_sets", &Statsd::float_sets, "false", "Sets are floats"},
      opt{"udp_packet_size", &Statsd::udp_packet_size, "1500",
          "Without effect: every datagram is taken"}
          .deprecated()};

  host self;

  void init();
  void start();
  void stop();
  void gather(sink& out);

 private:
  NameSettings name_settings() const;
  void make_reporter(std::uint32_t limit);
  void listen();
  LineSettings line_settings() const;
  void report(sink& out);
  void report_last();

  std::unique_ptr<Store> store_;
  std::unique_ptr<Reporter> reporter_;
  std::unique_ptr<Receiver> receiver_;
  int descriptor_ = -1;
};

}  // namespace weir::statsd
