#pragma once

// parsers.logfmt: each line of key=value pairs becomes a metric.

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/parsing/bad_records.hpp"
#include "plugins/parsers/logfmt/reader.hpp"

namespace weir::logfmt {

class LogfmtParser {
 public:
  static constexpr info meta{"logfmt", "1.0.0", "Lines of key=value pairs", WEIR_CUTS_STREAM};

  std::vector<std::string> tag_keys;
  static constexpr auto options = std::tuple{
      opt{"logfmt_tag_keys", &LogfmtParser::tag_keys, "[]", "Keys that become tags; may be globs"}};

  host self;
  void init();
  std::size_t parse(const message& m, sink& out);
  void idle() { reader_.forget(); }

 private:
  glob_list tags_;
  Reader reader_{tags_};
  common::BadRecords bad_;
};

}  // namespace weir::logfmt
