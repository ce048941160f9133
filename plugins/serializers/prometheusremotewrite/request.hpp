#pragma once

// A write request under construction: time series with one sample each.
//
// Format     https://github.com/prometheus/prometheus/blob/main/prompb/remote.proto (WriteRequest), compressed as
//            one block of snappy, https://prometheus.io/docs/specs/prw/remote_write_spec/
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

  // The series' sample, unless it has a later one.
  void set(std::uint32_t series, double value, std::int64_t time_ns) {
    Series& s = series_[series];
    const std::int64_t ms = milliseconds(time_ns);
    if (s.request != request_) return add(s, {series, 0, value, ms});
    Sample& known = samples_[s.sample];
    if (ms >= known.ms) known = {series, 0, value, ms};
  }
  // Where the series has none.
  void set_first(std::uint32_t series, double value, std::int64_t time_ns) {
    if (series_[series].request != request_) set(series, value, time_ns);
  }
  // Where the series has none but zero.
  void set_over_zero(std::uint32_t series, double value, std::int64_t time_ns);
  // The same for a histogram, encoded.
  void set_histogram(std::uint32_t series, std::string_view histogram, std::int64_t time_ns);

  // Appends the request to out. sorted: by number of labels, then by names and values.
  void finish(bool sorted, text& out);

 private:
  struct Series {
    const char* labels;  // fields of a TimeSeries message
    std::uint32_t len;
    std::uint32_t request;  // the last one that had it
    std::uint32_t sample;   // in that
  };
  struct Sample {
    std::uint32_t series;
    std::uint32_t histogram;  // 0 = none, else 1 + its place in histograms_
    double value;
    std::int64_t ms;
  };

  static std::int64_t milliseconds(std::int64_t time_ns) { return time_ns / 1'000'000; }
  void add(Series& s, const Sample& sample) {
    s.request = request_;
    s.sample = static_cast<std::uint32_t>(samples_.size());
    samples_.push_back(sample);
  }
  void sort();
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

  // Of the request at hand.
  std::vector<Sample> samples_;
  std::vector<std::string> histograms_;
  std::string encoded_;
  std::unique_ptr<char[]> plain_;  // before it is compressed
  std::size_t plain_bytes_ = 0;
};

}  // namespace weir::remote_write
