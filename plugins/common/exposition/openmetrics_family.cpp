#include <vector>

#include "plugins/common/exposition/protobuf_family.hpp"
#include "plugins/common/exposition/protobuf_parts.hpp"
#include "plugins/common/protobuf/pbf.hpp"

namespace weir::exposition {
namespace {

using protozero::pbf_reader;

// Numbers of fields, by message.
namespace family_field {
enum : protozero::pbf_tag_type { name = 1, type = 2, unit = 3, metric = 5 };
}
namespace point_field {
enum : protozero::pbf_tag_type { timestamp = 8 };  // all before it are values
}

FamilyType type_of(std::int32_t number) {
  constexpr FamilyType types[] = {FamilyType::untyped,   FamilyType::gauge,  FamilyType::counter,
                                  FamilyType::state_set, FamilyType::info,   FamilyType::histogram,
                                  FamilyType::histogram, FamilyType::summary};
  return number >= 0 && number < 8 ? types[number] : FamilyType::untyped;
}

// Seconds and nanoseconds.
struct Timestamp {
  std::int64_t seconds = 0;
  std::int32_t nanos = 0;
};
Timestamp timestamp_of(pbf_reader from) {
  Timestamp t;
  while (from.next()) {
    switch (from.tag()) {
      case 1: t.seconds = from.get_int64(); break;
      case 2: t.nanos = from.get_int32(); break;
      default: from.skip();
    }
  }
  return t;
}

// A MetricPoint: its time, and its value as a message still.
struct MetricPoint {
  std::string_view value;
  std::int64_t time_ns = 0;
};

std::int64_t time_of(const Timestamp& t, const Collector& to) {
  constexpr std::int64_t seconds_max = milliseconds_max / 1000;
  const bool fits = t.seconds < seconds_max && t.seconds > -seconds_max;
  if (!fits || to.format().ignore_timestamp) return to.now_ns();
  return t.seconds * 1'000'000'000 + t.nanos;
}

MetricPoint point_of(pbf_reader from, const Collector& to) {
  MetricPoint p{{}, to.now_ns()};
  while (from.next()) {
    if (from.tag() < point_field::timestamp) {
      p.value = bytes_of(from);
    } else if (from.tag() == point_field::timestamp) {
      p.time_ns = time_of(timestamp_of(from.get_message()), to);
    } else {
      from.skip();
    }
  }
  return p;
}

// A value or sum: double_value is 1, int_value 2. False where it is neither.
bool read_number(pbf_reader& from, double& number) {
  switch (from.tag_and_type()) {
    case protozero::tag_and_type(1, protozero::pbf_wire_type::fixed64):
      number = from.get_double();
      return true;
    case protozero::tag_and_type(2, protozero::pbf_wire_type::varint):
      number = static_cast<double>(from.get_int64());
      return true;
    default: return false;
  }
}

void put_value(pbf_reader from, std::uint32_t family, std::uint32_t set, std::int64_t time_ns,
               Collector& to) {
  while (from.next()) {
    double value = 0;
    if (!read_number(from, value)) {
      from.skip();
      continue;
    }
    to.sample(family, set, value, time_ns);
    return;
  }
}

// A Bucket (count, upper_bound), a Quantile (quantile, value) or a State (enabled, name).
void put_bucket(pbf_reader from, std::uint32_t group, Collector& to) {
  double at = 0;
  double count = 0;
  while (from.next()) {
    switch (from.tag()) {
      case 1: count = static_cast<double>(from.get_uint64()); break;
      case 2: at = from.get_double(); break;
      default: from.skip();
    }
  }
  put_point(to, group, at, count);
}
void put_state(pbf_reader from, std::uint32_t group, Collector& to) {
  bool enabled = false;
  std::string_view name;
  while (from.next()) {
    switch (from.tag()) {
      case 1: enabled = from.get_bool(); break;
      case 2: name = bytes_of(from); break;
      default: from.skip();
    }
  }
  const std::uint32_t state = to.state_of(group, name);
  if (state != Collector::none) to.set_point(group, state, enabled ? 1 : 0);
}

void put_states(pbf_reader from, std::uint32_t group, Collector& to) {
  while (from.next(1)) put_state(from.get_message(), group, to);
}

// Summary and histogram have sum, count, created and their parts as 1 or 2, 3, 4 and 5.
void put_composed(pbf_reader from, bool histogram, std::uint32_t group, Collector& to) {
  constexpr double nanos = 1e9;
  while (from.next()) {
    double sum = 0;
    if (read_number(from, sum)) {
      to.set_sum(group, sum);
    } else if (from.tag() == 3) {
      to.set_count(group, static_cast<double>(from.get_uint64()));
    } else if (from.tag() == 4) {
      const Timestamp t = timestamp_of(from.get_message());
      to.set_created(group, static_cast<double>(t.seconds) + t.nanos / nanos);
    } else if (from.tag() == 5 && histogram) {
      put_bucket(from.get_message(), group, to);
    } else if (from.tag() == 5) {
      put_quantile(from.get_message(), group, to);
    } else {
      from.skip();
    }
  }
}

// The labels of an info metric stand in its value.
void put_info(pbf_reader from, std::uint32_t family, std::vector<Label> labels,
              std::int64_t time_ns, Collector& to) {
  while (from.next(1)) labels.push_back(label_of(from.get_message()));
  to.sample(family, to.set_of(family, labels, {}), 1, time_ns);
}

void put_group(pbf_reader value, std::uint32_t family, std::uint32_t set, std::int64_t time_ns,
               Collector& to) {
  const FamilyType type = to.family(family).type;
  const std::uint32_t group = to.group_of(family, set);
  to.touch(group, time_ns);
  if (type == FamilyType::state_set) {
    put_states(value, group, to);
  } else {
    put_composed(value, type == FamilyType::histogram, group, to);
  }
  to.finish(group);
}

void put_metric(pbf_reader from, std::uint32_t family, Collector& to) {
  const FamilyType type = to.family(family).type;
  std::vector<Label> labels;
  std::vector<MetricPoint> points;
  while (from.next()) {
    switch (from.tag()) {
      case 1: labels.push_back(label_of(from.get_message())); break;
      case 2: points.push_back(point_of(from.get_message(), to)); break;
      default: from.skip();
    }
  }
  const std::uint32_t set = to.set_of(family, labels, part_label(type));
  for (const MetricPoint& p : points) {
    const pbf_reader value(p.value.data(), p.value.size());
    if (p.value.data() == nullptr) continue;
    if (type == FamilyType::info) {
      put_info(value, family, labels, p.time_ns, to);
    } else if (is_composed(type) || type == FamilyType::state_set) {
      put_group(value, family, set, p.time_ns, to);
    } else {
      put_value(value, family, set, p.time_ns, to);
    }
  }
}

}  // namespace

void read_openmetrics_family(std::string_view message, Collector& to) {
  std::string_view name;
  std::string_view unit;
  FamilyType type = FamilyType::untyped;
  for (pbf_reader from(message.data(), message.size()); from.next();) {
    switch (from.tag()) {
      case family_field::name: name = bytes_of(from); break;
      case family_field::type: type = type_of(from.get_enum()); break;
      case family_field::unit: unit = bytes_of(from); break;
      default: from.skip();
    }
  }
  const std::uint32_t family = to.declare(name);
  to.family(family).type = type;
  if (!unit.empty()) to.set_unit(family, unit);
  for (pbf_reader from(message.data(), message.size()); from.next(family_field::metric);) {
    put_metric(from.get_message(), family, to);
  }
}

}  // namespace weir::exposition
