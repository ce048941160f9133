#include "plugins/serializers/prometheusremotewrite/native_histogram.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "plugins/common/protobuf/pbf.hpp"

namespace weir::remote_write {
namespace {

// Fields of the messages.
enum : protozero::pbf_tag_type {
  count_float = 2,
  sum_float = 3,
  schema_number = 4,
  zero_threshold = 5,
  zero_count_float = 7,
  negative_spans = 8,
  negative_counts = 10,
  positive_spans = 11,
  positive_counts = 13,
  reset_hint = 14,
  timestamp = 15,
  span_offset = 1,
  span_length = 2
};
constexpr std::int64_t schema_min = -4, schema_max = 8;

struct Span {
  std::int32_t offset;
  std::uint32_t length;
};

struct Side {
  std::vector<Span> spans;
  std::vector<double> buckets;
};

struct Histogram {
  double count = 0, sum = 0, zero_threshold = 0, zero_count = 0;
  std::int64_t schema = 0;
  std::uint8_t reset_hint = 0;
  Side positive, negative;
};

// A field of the type, or nullptr.
const weir_field* field_of(const row& r, std::string_view key, std::uint8_t type) {
  const weir_field* const f = r.find_field(key);
  return f != nullptr && f->type == type ? f : nullptr;
}

bool read_float(const row& r, std::string_view key, double& to) {
  const weir_field* const f = field_of(r, key, WEIR_F64);
  if (f != nullptr) to = f->v.f;
  return f != nullptr;
}

bool read_head(const row& r, Histogram& h) {
  const weir_field* const schema = field_of(r, "schema", WEIR_I64);
  const weir_field* const hint = field_of(r, "counter_reset_hint", WEIR_U64);
  if (schema == nullptr || hint == nullptr) return false;
  h.schema = schema->v.i;
  h.reset_hint = static_cast<std::uint8_t>(hint->v.u);
  return read_float(r, "count", h.count) && read_float(r, "sum", h.sum) &&
         read_float(r, "zero_threshold", h.zero_threshold) &&
         read_float(r, "zero_count", h.zero_count);
}

bool read_span(const row& r, const std::string& prefix, Side& side) {
  const std::string name = prefix + "_span_" + std::to_string(side.spans.size());
  const weir_field* const offset = field_of(r, name + "_offset", WEIR_I64);
  const weir_field* const length = field_of(r, name + "_length", WEIR_U64);
  if (offset == nullptr || length == nullptr) return false;
  side.spans.push_back(
      {static_cast<std::int32_t>(offset->v.i), static_cast<std::uint32_t>(length->v.u)});
  return true;
}

bool read_bucket(const row& r, const std::string& prefix, Side& side) {
  double count = 0;
  const std::string name = prefix + "_bucket_" + std::to_string(side.buckets.size());
  if (!read_float(r, name, count)) return false;
  side.buckets.push_back(count);
  return true;
}

Side read_side(const row& r, const std::string& prefix) {
  Side side;
  while (read_span(r, prefix, side)) {
  }
  while (read_bucket(r, prefix, side)) {
  }
  return side;
}

bool is_valid(const Side& side) {
  std::uint64_t buckets = 0;
  for (std::size_t i = 0; i < side.spans.size(); ++i) {
    if (i != 0 && side.spans[i].offset < 0) return false;
    buckets += side.spans[i].length;
  }
  return buckets == side.buckets.size() &&
         std::none_of(side.buckets.begin(), side.buckets.end(), [](double n) { return n < 0; });
}

std::optional<Histogram> read(const row& r) {
  Histogram h;
  if (!read_head(r, h) || h.schema < schema_min || h.schema > schema_max) return std::nullopt;
  h.positive = read_side(r, "positive");
  h.negative = read_side(r, "negative");
  if (!is_valid(h.positive) || !is_valid(h.negative)) return std::nullopt;
  return h;
}

void put_double(protozero::pbf_writer& to, protozero::pbf_tag_type tag, double value) {
  if (value != 0) to.add_double(tag, value);
}

void put_side(protozero::pbf_writer& to, const Side& side, protozero::pbf_tag_type spans,
              protozero::pbf_tag_type counts) {
  for (const Span& s : side.spans) {
    protozero::pbf_writer span(to, spans);
    if (s.offset != 0) span.add_sint32(span_offset, s.offset);
    if (s.length != 0) span.add_uint32(span_length, s.length);
  }
  if (side.buckets.empty()) return;
  to.add_packed_double(counts, side.buckets.begin(), side.buckets.end());
}

}  // namespace

bool encode_native_histogram(const row& r, std::string& out) {
  const std::optional<Histogram> h = read(r);
  if (!h) return false;
  out.clear();
  protozero::pbf_writer to(out);
  to.add_double(count_float, h->count);
  put_double(to, sum_float, h->sum);
  if (h->schema != 0) to.add_sint32(schema_number, static_cast<std::int32_t>(h->schema));
  put_double(to, zero_threshold, h->zero_threshold);
  to.add_double(zero_count_float, h->zero_count);
  put_side(to, h->negative, negative_spans, negative_counts);
  put_side(to, h->positive, positive_spans, positive_counts);
  if (h->reset_hint != 0) to.add_enum(reset_hint, h->reset_hint);
  const std::int64_t ms = r.time_ns() / 1'000'000;
  if (ms != 0) to.add_int64(timestamp, ms);
  return true;
}

}  // namespace weir::remote_write
