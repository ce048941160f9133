#pragma once

// A write request under construction: a time series for each sample.
//
// Format     https://github.com/prometheus/prometheus/blob/main/prompb/remote.proto (WriteRequest), compressed as
//            one block of snappy, https://prometheus.io/docs/specs/prw/remote_write_spec/
// Order      The samples of a series go out by time; else in the order in which they came.
// Kept       The labels of a series stay, encoded, for requests to come: a sample of a known series costs a copy of
//            them.
// Numbers    A series' number is good until forget().
// Threads    One thread at a time.
// Errors     std::bad_alloc.
// Limits     What is kept between requests is at most bytes_max, and what the host's budget grants beyond
//            working_bytes_max; where it is more, full() says so. A request itself takes what its series take.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weir/delivery.hpp>
#include <weir/sink.hpp>

#include "plugins/common/memory/arena.hpp"
#include "plugins/common/memory/charge.hpp"
#include "plugins/common/memory/hash_index.hpp"
#include "plugins/common/prometheus/samples.hpp"

namespace weir::remote_write {

using common::Labels;

class Request {
 public:
  static constexpr std::uint32_t none = common::HashIndex::none;
  static constexpr std::size_t bytes_max = std::size_t{64} << 20U;
  static constexpr std::size_t working_bytes_max = std::size_t{1} << 20U;

  void attach(const host& home) { charge_.attach(home); }
  // Is there more than may be kept? Ask between requests.
  bool full() const { return full_; }
  // Forgets all series.
  void forget();

  // ---- one request ----

  void begin();
  // The number of the series with the labels and the name, which may be new. Sorts the labels.
  std::uint32_t series_of(Labels& labels, std::string_view name);

  // The series' sample of that millisecond; of several the last counts.
  void set(std::uint32_t series, double value, std::int64_t time_ns) {
    bool fresh = false;
    set(place_of(series, milliseconds(time_ns), fresh), value);
  }
  // Where the series has none of that time.
  void set_first(std::uint32_t series, double value, std::int64_t time_ns) {
    bool fresh = false;
    Sample& sample = place_of(series, milliseconds(time_ns), fresh);
    if (fresh) set(sample, value);
  }
  // Where the series has none of that time but zero.
  void set_over_zero(std::uint32_t series, double value, std::int64_t time_ns) {
    bool fresh = false;
    Sample& sample = place_of(series, milliseconds(time_ns), fresh);
    if (sample.value == 0) set(sample, value);
  }
  // The same for a histogram, encoded.
  void set_histogram(std::uint32_t series, std::string_view histogram, std::int64_t time_ns);

  // Appends the request to out. sorted: by number of labels, then by names and values.
  void finish(bool sorted, text& out);

 private:
  struct Series {
    const char* labels;  // fields of a TimeSeries message
    std::uint32_t len;
    std::uint32_t request;  // the last one that had it
    std::uint32_t sample;   // its latest in that
  };
  struct Sample {
    std::uint32_t series;
    std::uint32_t older;  // the series' next older one, or none
    double value;
    std::int64_t ms;
    std::uint32_t histogram;  // 0 = none, else 1 + its place in histograms_
  };

  static std::int64_t milliseconds(std::int64_t time_ns) { return time_ns / 1'000'000; }
  static void set(Sample& sample, double value) {
    sample.value = value;
    sample.histogram = 0;
  }
  // The series' sample of a time. fresh: it was made now, with the value 0.
  Sample& place_of(std::uint32_t series, std::int64_t ms, bool& fresh) {
    Series& s = series_[series];
    const std::uint32_t latest = s.request == request_ ? s.sample : none;
    if (latest != none && ms <= samples_[latest].ms) return place_among(latest, ms, fresh);
    s.request = request_;
    s.sample = static_cast<std::uint32_t>(samples_.size());
    fresh = true;
    return samples_.emplace_back(Sample{series, latest, 0, ms, 0});
  }
  Sample& place_among(std::uint32_t latest, std::int64_t ms, bool& fresh);
  void sort_by_labels();
  void sort_by_time();
  std::size_t size_bound() const;
  char* put(char* to, const Sample& sample) const;
  std::size_t kept_bytes() const;
  void settle();

  common::Arena arena_;
  std::vector<Series> series_;
  common::HashIndex index_;
  common::Charge charge_;
  std::uint32_t request_ = 0;
  bool full_ = false;
  bool late_ = false;  // a sample came behind a later one of its series

  // Of the request at hand.
  std::vector<Sample> samples_;
  std::vector<std::string> histograms_;
  std::string encoded_;
  std::unique_ptr<char[]> plain_;  // before it is compressed
  std::size_t plain_bytes_ = 0;
};

}  // namespace weir::remote_write
