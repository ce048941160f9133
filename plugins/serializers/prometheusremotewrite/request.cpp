#include "plugins/serializers/prometheusremotewrite/request.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <snappy.h>

#include <weir/hash.hpp>

#include "plugins/common/protobuf/pbf.hpp"

namespace weir::remote_write {
namespace {

// Fields of the messages.
constexpr protozero::pbf_tag_type series_labels = 1;
constexpr protozero::pbf_tag_type label_name = 1, label_value = 2;
// Fields as they stand on the wire, with their types.
constexpr char request_series = 0x0a;    // 1, message
constexpr char series_sample = 0x12;     // 2, message
constexpr char series_histogram = 0x22;  // 4, message
constexpr char sample_value = 0x09;      // 1, 64 bits
constexpr char sample_time = 0x10;       // 2, varint

constexpr std::size_t varint_bytes = protozero::max_varint_length;
constexpr std::size_t sample_bytes = 1 + sizeof(double) + 1 + varint_bytes;
// What stands around labels and histogram at most.
constexpr std::size_t frame_bytes = 1 + varint_bytes + 2 + varint_bytes + sample_bytes;

char* put_varint(char* to, std::uint64_t v) { return to + protozero::add_varint_to_buffer(to, v); }
char* put_bytes(char* to, std::string_view bytes) {
  std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

// What is zero is not written.
char* put_sample(char* to, double value, std::int64_t ms) {
  if (value != 0) {
    *to++ = sample_value;
    to = put_bytes(to, {reinterpret_cast<const char*>(&value), sizeof value});
  }
  if (ms != 0) {
    *to++ = sample_time;
    to = put_varint(to, static_cast<std::uint64_t>(ms));
  }
  return to;
}

void put_label(protozero::pbf_writer& series, std::string_view name, std::string_view value) {
  protozero::pbf_writer label(series, series_labels);
  label.add_string(label_name, name.data(), name.size());
  if (!value.empty()) label.add_string(label_value, value.data(), value.size());
}

using LabelViews = std::vector<std::pair<std::string_view, std::string_view>>;

std::string_view view_of(const protozero::data_view& v) { return {v.data(), v.size()}; }

LabelViews views_of(std::string_view labels) {
  LabelViews views;
  protozero::pbf_reader series(labels.data(), labels.size());
  while (series.next(series_labels)) {
    protozero::pbf_reader label = series.get_message();
    auto& [name, value] = views.emplace_back();
    while (label.next()) {
      std::string_view& part = label.tag() == label_name ? name : value;
      part = view_of(label.get_view());
    }
  }
  return views;
}

bool comes_before(const LabelViews& a, const LabelViews& b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

}  // namespace

void Request::forget() {
  arena_.clear();
  series_ = std::vector<Series>();  // = {} would keep the memory
  index_.clear();
  charge_.hold(0);
  full_ = false;
}

void Request::begin() {
  ++request_;
  samples_.clear();
  histograms_.clear();
  late_ = false;
}

std::uint32_t Request::series_of(Labels& labels, std::string_view name) {
  labels.emplace_back("__name__", name);
  std::stable_sort(labels.begin(), labels.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  encoded_.clear();
  protozero::pbf_writer writer(encoded_);
  for (const auto& [key, value] : labels) put_label(writer, key, value);

  const std::uint64_t hashed = hash(encoded_);
  const std::uint32_t known = index_.find(hashed, [this](std::uint32_t i) {
    return std::string_view(series_[i].labels, series_[i].len) == encoded_;
  });
  if (known != none) return known;
  const auto fresh = static_cast<std::uint32_t>(series_.size());
  char* const bytes = arena_.take(encoded_.size());
  put_bytes(bytes, encoded_);
  series_.push_back({bytes, static_cast<std::uint32_t>(encoded_.size()), request_ - 1, 0});
  index_.add(hashed, fresh);  // where it fails the series is one of its own
  return fresh;
}

void Request::set_histogram(std::uint32_t series, std::string_view histogram,
                            std::int64_t time_ns) {
  bool fresh = false;
  Sample& sample = place_of(series, milliseconds(time_ns), fresh);
  histograms_.emplace_back(histogram);
  sample.histogram = static_cast<std::uint32_t>(histograms_.size());
}

// Behind the latest sample, or at its time.
Request::Sample& Request::place_among(std::uint32_t latest, std::int64_t ms, bool& fresh) {
  std::uint32_t at = latest;
  while (samples_[at].ms > ms && samples_[at].older != none &&
         samples_[samples_[at].older].ms >= ms) {
    at = samples_[at].older;
  }
  if (samples_[at].ms == ms) return samples_[at];
  fresh = late_ = true;
  const Sample late{samples_[at].series, samples_[at].older, 0, ms, 0};
  samples_[at].older = static_cast<std::uint32_t>(samples_.size());
  return samples_.emplace_back(late);
}

// ---- the bytes ----

void Request::sort_by_labels() {
  std::vector<std::pair<LabelViews, Sample>> all;
  for (const Sample& sample : samples_) {
    const Series& s = series_[sample.series];
    all.emplace_back(views_of({s.labels, s.len}), sample);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return comes_before(a.first, b.first); });
  for (std::size_t i = 0; i < all.size(); ++i) samples_[i] = all[i].second;
}

void Request::sort_by_time() {
  std::stable_sort(samples_.begin(), samples_.end(),
                   [](const Sample& a, const Sample& b) { return a.ms < b.ms; });
}

std::size_t Request::size_bound() const {
  std::size_t bytes = samples_.size() * frame_bytes;
  for (const Sample& sample : samples_) bytes += series_[sample.series].len;
  for (const std::string& histogram : histograms_) bytes += histogram.size();
  return bytes;
}

char* Request::put(char* to, const Sample& sample) const {
  const Series& s = series_[sample.series];
  char tail[2 + varint_bytes + sample_bytes];
  std::string_view histogram;
  char* end = tail;
  if (sample.histogram != 0) {
    histogram = histograms_[sample.histogram - 1];
    *end++ = series_histogram;
    end = put_varint(end, histogram.size());
  } else {
    *end++ = series_sample;
    char* const length = end++;
    end = put_sample(end, sample.value, sample.ms);
    *length = static_cast<char>(end - length - 1);
  }
  const auto tail_bytes = static_cast<std::size_t>(end - tail);
  *to++ = request_series;
  to = put_varint(to, s.len + tail_bytes + histogram.size());
  to = put_bytes(to, {s.labels, s.len});
  to = put_bytes(to, {tail, tail_bytes});
  return histogram.empty() ? to : put_bytes(to, histogram);
}

void Request::finish(bool sorted, text& out) {
  if (late_) sort_by_time();
  if (sorted) sort_by_labels();
  const std::size_t bound = size_bound();
  if (plain_bytes_ < bound) {
    plain_ = std::make_unique_for_overwrite<char[]>(bound);
    plain_bytes_ = bound;
  }
  char* end = plain_.get();
  for (const Sample& sample : samples_) end = put(end, sample);
  const auto bytes = static_cast<std::size_t>(end - plain_.get());
  std::size_t used = 0;
  snappy::RawCompress(plain_.get(), bytes, out.reserve(snappy::MaxCompressedLength(bytes)), &used);
  out.advance(used);
  settle();
}

std::size_t Request::kept_bytes() const {
  return arena_.bytes() + series_.capacity() * sizeof(Series) + index_.bytes() +
         samples_.capacity() * sizeof(Sample) + plain_bytes_;
}

void Request::settle() {
  const std::size_t bytes = kept_bytes();
  const std::size_t granted = std::min(bytes, working_bytes_max);
  full_ = bytes > bytes_max || !charge_.hold(bytes - granted);
}

}  // namespace weir::remote_write
