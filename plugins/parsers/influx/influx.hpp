#pragma once

// parsers.influx and parsers.influx_upstream: line protocol.

#include <optional>
#include <string>
#include <tuple>

#include <weir/weir.hpp>

#include "plugins/common/line_protocol/reader.hpp"

namespace weir::influx {

struct InfluxParser {
  static constexpr info meta{"influx", "1.0.0", "Influx line protocol", WEIR_CUTS_STREAM};

  std::string parser_type;
  duration precision;
  static constexpr const char* types[] = {"internal", "upstream"};
  static constexpr auto options =
      std::tuple{opt{"influx_parser_type", &InfluxParser::parser_type, "\"internal\"",
                     "Which of the two grammars is read, internal or upstream"}
                     .one_of(types),
                 opt{"influx_timestamp_precision", &InfluxParser::precision, "\"1ns\"",
                     "The unit of the timestamps: 1ns, 1us, 1ms or 1s"}};

  host self;
  void init() { open(parser_type == "upstream"); }
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): init() made it
  std::size_t parse(const message& m, sink& out) { return reader_->read(m, out); }
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): as above
  void idle() { reader_->forget(); }

 protected:
  void open(bool upstream);

 private:
  std::optional<Reader> reader_;
};

// The same, with the other grammar: data_format = "influx_upstream".
struct InfluxUpstreamParser : InfluxParser {
  static constexpr info meta{"influx_upstream", "1.0.0", "Influx line protocol, upstream's grammar",
                             WEIR_CUTS_STREAM};
  void init() { open(true); }
};

}  // namespace weir::influx
