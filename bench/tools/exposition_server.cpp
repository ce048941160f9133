// What a Prometheus client library would expose, out of memory: what an agent scrapes in a measurement.
//
//   exposition_server PORT SERIES
//
// SERIES samples in the text format, 100 of each metric, every other metric a gauge; four labels that belong to one
// sample alone, about 110 bytes a sample. The counters grow with each answer: only digits change in place. Answers any
// path, uncompressed, until SIGTERM; then, on standard output: {"scrapes":,"samples":,"bytes":}, of whole
// answers.

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "bench/tools/http_server.hpp"
#include "bench/tools/program.hpp"

namespace weir::bench {
namespace {

constexpr std::uint64_t series_per_metric = 100;
constexpr std::size_t digits = 12;
// Always as many digits, however often it is scraped.
constexpr std::uint64_t first_count = 100'000'000'000;

struct Metric {
  explicit Metric(std::uint64_t number)
      : gauge(number % 2 == 1),
        name((gauge ? "app_level_" : "app_requests_") + std::to_string(number) +
             (gauge ? "" : "_total")) {}
  std::string heading() const {
    return "# HELP " + name + " What the application says of itself.\n# TYPE " + name +
           (gauge ? " gauge\n" : " counter\n");
  }
  bool gauge;
  std::string name;
};

class Exposition {
 public:
  explicit Exposition(std::uint64_t series) : series_(series) {
    std::string body;
    for (std::uint64_t s = 0; s < series; ++s) append(body, s);
    text_ =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
        "Content-Length: " +
        std::to_string(body.size()) + "\r\n\r\n";
    for (std::size_t& at : counts_at_) at += text_.size();
    text_ += body;
  }
  std::string_view next() {
    ++scrapes_;
    for (std::size_t i = 0; i < counts_at_.size(); ++i) count(counts_at_[i], i);
    return text_;
  }
  void print() const {
    std::printf("{\"scrapes\":%" PRIu64 ",\"samples\":%" PRIu64 ",\"bytes\":%" PRIu64 "}\n",
                scrapes_, scrapes_ * series_, scrapes_ * text_.size());
    std::fflush(stdout);
  }

 private:
  void append(std::string& body, std::uint64_t s) {
    const Metric metric(s / series_per_metric);
    if (s % series_per_metric == 0) body += metric.heading();
    body += metric.name + "{code=\"" + (s % 7 == 0 ? "500" : "200") +
            "\",handler=\"/api/v1/resource-" + std::to_string(10'000 + s) + "\",method=\"" +
            (s % 3 == 0 ? "post" : "get") + "\",pod=\"pod-" + std::to_string(1000 + s % 997) +
            "\"} ";
    if (!metric.gauge) counts_at_.push_back(body.size());
    body += (metric.gauge ? std::to_string(s * 37 % 1000) + "." + std::to_string(100 + s % 900)
                          : std::to_string(first_count)) +
            "\n";
  }
  void count(std::size_t at, std::uint64_t series) {
    std::uint64_t value = first_count + scrapes_ * (series % 100 + 1);
    for (std::size_t i = digits; i > 0; --i, value /= 10) {
      text_[at + i - 1] = static_cast<char>('0' + value % 10);
    }
  }

  const std::uint64_t series_;
  std::string text_;
  std::vector<std::size_t> counts_at_{};
  std::uint64_t scrapes_ = 0;
};

int run(const std::vector<std::string>& words) {
  static Exposition exposition(std::stoull(words.at(1)));
  serve(static_cast<std::uint16_t>(std::stoul(words.at(0))),
        [](std::string_view) { return exposition.next(); });
  exposition.print();
  std::_Exit(0);  // The threads of connections are still there.
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  return weir::bench::run_tool("exposition_server", argc, argv, weir::bench::run);
}
