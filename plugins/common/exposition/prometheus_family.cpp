#include <cmath>
#include <vector>

#include "plugins/common/exposition/protobuf_family.hpp"
#include "plugins/common/exposition/protobuf_parts.hpp"
#include "plugins/common/protobuf/pbf.hpp"

namespace weir::exposition {
namespace {

using protozero::pbf_reader;

// Numbers of fields, by message.
namespace family_field {
enum : protozero::pbf_tag_type { name = 1, type = 3, metric = 4 };
}
namespace metric_field {
enum : protozero::pbf_tag_type {
  label = 1,
  gauge = 2,
  counter = 3,
  summary = 4,
  untyped = 5,
  timestamp_ms = 6,
  histogram = 7
};
}

FamilyType type_of(std::int32_t number) {
  constexpr FamilyType types[] = {FamilyType::counter,   FamilyType::gauge,
                                  FamilyType::summary,   FamilyType::untyped,
                                  FamilyType::histogram, FamilyType::histogram};
  return number >= 0 && number < 6 ? types[number] : FamilyType::untyped;
}

// What a Metric message holds; the values are messages still.
struct Metric {
  std::vector<Label> labels;
  std::string_view value, composed;
  std::int64_t timestamp_ms = 0;
};

void read_metric(pbf_reader from, Metric& m) {
  m.labels.clear();
  m.value = m.composed = {};
  m.timestamp_ms = 0;
  while (from.next()) {
    switch (from.tag()) {
      case metric_field::label: m.labels.push_back(label_of(from.get_message())); break;
      case metric_field::gauge:
      case metric_field::counter:
      case metric_field::untyped: m.value = bytes_of(from); break;
      case metric_field::summary:
      case metric_field::histogram: m.composed = bytes_of(from); break;
      case metric_field::timestamp_ms: m.timestamp_ms = from.get_int64(); break;
      default: from.skip();
    }
  }
}

double value_of(std::string_view message) {
  pbf_reader from(message.data(), message.size());
  return from.next(1) ? from.get_double() : 0;
}

// Bucket: cumulative_count, upper_bound, cumulative_count_float.
void read_bucket(pbf_reader from, std::uint32_t group, Collector& to) {
  double at = 0;
  double count = 0;
  while (from.next()) {
    switch (from.tag()) {
      case 1: count = static_cast<double>(from.get_uint64()); break;
      case 2: at = from.get_double(); break;
      case 4: count = from.get_double(); break;
      default: from.skip();
    }
  }
  put_point(to, group, at, count);
}

void read_summary(pbf_reader from, std::uint32_t group, Collector& to) {
  while (from.next()) {
    switch (from.tag()) {
      case 1: to.set_count(group, static_cast<double>(from.get_uint64())); break;
      case 2: to.set_sum(group, from.get_double()); break;
      case 3: put_quantile(from.get_message(), group, to); break;
      default: from.skip();
    }
  }
}
// A native one may count in fractions.
void read_histogram(pbf_reader from, std::uint32_t group, Collector& to) {
  while (from.next()) {
    switch (from.tag()) {
      case 1: to.set_count(group, static_cast<double>(from.get_uint64())); break;
      case 2: to.set_sum(group, from.get_double()); break;
      case 3: read_bucket(from.get_message(), group, to); break;
      case 4: to.set_count(group, from.get_double()); break;
      default: from.skip();
    }
  }
}

void put_metric(const Metric& m, std::uint32_t family, Collector& to) {
  const FamilyType type = to.family(family).type;
  const std::uint32_t set = to.set_of(family, m.labels, part_label(type));
  const bool stamped = m.timestamp_ms > 0 && !to.format().ignore_timestamp;
  const std::int64_t time_ns =
      stamped && m.timestamp_ms < milliseconds_max ? m.timestamp_ms * 1'000'000 : to.now_ns();
  if (!is_composed(type)) {
    if (m.value.data() != nullptr) to.sample(family, set, value_of(m.value), time_ns);
    return;
  }
  const std::uint32_t group = to.group_of(family, set);
  to.touch(group, time_ns);
  const pbf_reader composed(m.composed.data(), m.composed.size());
  if (type == FamilyType::histogram) {
    read_histogram(composed, group, to);
  } else {
    read_summary(composed, group, to);
  }
  to.finish(group);
}

}  // namespace

void read_prometheus_family(std::string_view message, Collector& to) {
  std::string_view name;
  FamilyType type = FamilyType::counter;
  for (pbf_reader from(message.data(), message.size()); from.next();) {
    switch (from.tag()) {
      case family_field::name: name = bytes_of(from); break;
      case family_field::type: type = type_of(from.get_enum()); break;
      default: from.skip();
    }
  }
  const std::uint32_t family = to.declare(name);
  to.family(family).type = type;
  Metric m;
  for (pbf_reader from(message.data(), message.size()); from.next(family_field::metric);) {
    read_metric(from.get_message(), m);
    put_metric(m, family, to);
  }
}

}  // namespace weir::exposition
