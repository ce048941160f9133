// Takes Prometheus remote write requests, and says in the end what was in them.
//
//   remote_write_sink PORT FILE
//
// While it runs it only keeps the bodies, so that it costs the machine little. At SIGTERM it decodes them (snappy, then
// a walk over WriteRequest as prometheus/prometheus's prompb/remote.proto has it), writes a line "seq=NUMBER"
// into FILE for each sample of a series whose name ends in "_seq", for sequence_check, and prints
// {"requests":,"bytes":,"series":,"samples":}. Status 1 where a body cannot be read.

#include <cinttypes>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <snappy.h>

#include "bench/tools/http_server.hpp"
#include "bench/tools/program.hpp"

namespace weir::bench {
namespace {

// Field numbers of WriteRequest, TimeSeries, Label and Sample.
constexpr std::uint32_t request_series = 1, series_label = 1, series_sample = 2, label_name = 1,
                        label_value = 2, sample_value = 1;

[[noreturn]] void broken() { throw std::runtime_error("a body that is no remote write request"); }

// The fields of one message, in their order.
class Fields {
 public:
  explicit Fields(std::string_view text) : text_(text) {}
  bool next() {
    if (text_.empty()) return false;
    const std::uint64_t key = varint();
    number = static_cast<std::uint32_t>(key >> 3U);
    switch (key & 7U) {
      case 0: varint(); break;
      case 1: bytes = take(8); break;
      case 2: bytes = take(varint()); break;
      case 5: bytes = take(4); break;
      default: broken();
    }
    return true;
  }
  std::uint32_t number = 0;
  std::string_view bytes{};  // Of a field that is no varint.

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
    broken();
  }
  std::string_view take(std::uint64_t n) {
    if (n > text_.size()) broken();
    const std::string_view taken = text_.substr(0, n);
    text_.remove_prefix(n);
    return taken;
  }
  std::string_view text_;
};

class Seen {
 public:
  explicit Seen(const std::string& file) : numbers_(file) {}
  void request(const std::string& body) {
    std::string text;
    if (!snappy::Uncompress(body.data(), body.size(), &text)) broken();
    ++requests_;
    bytes_ += body.size();
    for (Fields f(text); f.next();) {
      if (f.number == request_series) series(f.bytes);
    }
  }
  void print() {
    numbers_.close();
    if (!numbers_) throw std::runtime_error("the file of numbers cannot be written");
    std::printf("{\"requests\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"series\":%" PRIu64
                ",\"samples\":%" PRIu64 "}\n",
                requests_, bytes_, series_, samples_);
    std::fflush(stdout);
  }

 private:
  void series(std::string_view text) {
    ++series_;
    bool numbered = false;
    for (Fields f(text); f.next();) {
      if (f.number == series_label) numbered = numbered || names_seq(f.bytes);
      if (f.number == series_sample) sample(f.bytes, numbered);
    }
  }
  static bool names_seq(std::string_view label) {
    std::string_view name, value;
    for (Fields f(label); f.next();) {
      if (f.number == label_name) name = f.bytes;
      if (f.number == label_value) value = f.bytes;
    }
    return name == "__name__" && value.ends_with("_seq");
  }
  void sample(std::string_view text, bool numbered) {
    ++samples_;
    for (Fields f(text); f.next();) {
      if (!numbered || f.number != sample_value) continue;
      if (f.bytes.size() != sizeof(double)) broken();
      double value = 0;
      std::memcpy(&value, f.bytes.data(), sizeof value);
      numbers_ << "seq=" << std::llround(value) << '\n';
    }
  }
  std::ofstream numbers_;
  std::uint64_t requests_ = 0, bytes_ = 0, series_ = 0, samples_ = 0;
};

int run(const std::vector<std::string>& words) {
  static std::vector<std::string> bodies;
  const std::string& file = words.at(1);
  serve(static_cast<std::uint16_t>(std::stoul(words.at(0))), [](std::string_view body) {
    bodies.emplace_back(body);
    return std::string_view("HTTP/1.1 204 No Content\r\n\r\n");
  });
  Seen seen(file);
  for (const std::string& body : bodies) seen.request(body);
  seen.print();
  std::_Exit(0);  // The threads of connections are still there.
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  return weir::bench::run_tool("remote_write_sink", argc, argv, weir::bench::run);
}
