#pragma once

// For tests: a write request as texts, one per time series, in their order: `{name=value,...} value ms`, of a native
// histogram `{...} histogram(count=1,...) ms`.
//
// Errors     Bytes that are no request throw std::runtime_error.

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <snappy.h>

#include "plugins/common/protobuf/pbf.hpp"
#include "plugins/common/text/print_number.hpp"

namespace weir::remote_write {

inline std::string general(double number) {
  char buffer[common::number_bytes];
  return {buffer, common::print_general(buffer, number)};
}

class RequestReader {
 public:
  static std::vector<std::string> read(std::string_view bytes) {
    std::string plain;
    if (!snappy::Uncompress(bytes.data(), bytes.size(), &plain)) {
      throw std::runtime_error("not compressed with snappy");
    }
    std::vector<std::string> all;
    protozero::pbf_reader request(plain);
    while (request.next()) {
      if (request.tag() != 1) throw std::runtime_error("a field that is no time series");
      all.push_back(RequestReader().series(request.get_message()));
    }
    return all;
  }

 private:
  std::string series(protozero::pbf_reader r) {
    while (r.next()) {
      switch (r.tag()) {
        case 1: label(r.get_message()); break;
        case 2: sample(r.get_message()); break;
        case 4: histogram(r.get_message()); break;
        default: throw std::runtime_error("an unknown field of a time series");
      }
    }
    return "{" + labels_ + "} " + value_ + " " + std::to_string(ms_);
  }
  void label(protozero::pbf_reader r) {
    std::string name, value;
    while (r.next()) {
      std::string& part = r.tag() == 1 ? name : value;
      part = r.get_string();
    }
    labels_ += (labels_.empty() ? "" : ",") + name + "=" + value;
  }
  void sample(protozero::pbf_reader r) {
    value_ = "0";
    while (r.next()) {
      if (r.tag() == 1) {
        value_ = general(r.get_double());
      } else {
        ms_ = r.get_int64();
      }
    }
  }
  void histogram(protozero::pbf_reader r) {
    std::string all;
    while (r.next()) {
      if (r.tag() == 15) {
        ms_ = r.get_int64();
      } else {
        all += (all.empty() ? "" : ",") + std::to_string(r.tag()) + "=";
        all += part(r);
      }
    }
    value_ = "histogram(" + all + ")";
  }
  static std::string part(protozero::pbf_reader& r) {
    switch (r.tag()) {
      case 4: return std::to_string(r.get_sint32());
      case 8:
      case 11: return span(r.get_message());
      case 10:
      case 13: return counts(r);
      case 14: return std::to_string(r.get_enum());
      default: return general(r.get_double());
    }
  }
  static std::string span(protozero::pbf_reader r) {
    std::int32_t offset = 0;
    std::uint32_t length = 0;
    while (r.next()) {
      if (r.tag() == 1) {
        offset = r.get_sint32();
      } else {
        length = r.get_uint32();
      }
    }
    return std::to_string(offset) + ":" + std::to_string(length);
  }
  static std::string counts(protozero::pbf_reader& r) {
    std::string all;
    for (const double n : r.get_packed_double()) all += (all.empty() ? "" : "+") + general(n);
    return all;
  }

  std::string labels_, value_;
  std::int64_t ms_ = 0;
};

}  // namespace weir::remote_write
