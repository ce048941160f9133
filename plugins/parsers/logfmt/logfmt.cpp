#include "plugins/parsers/logfmt/logfmt.hpp"

namespace weir::logfmt {

void LogfmtParser::init() {
  const std::string why = tags_.compile(tag_keys);
  if (!why.empty()) throw config_error("logfmt_tag_keys", why);
  reader_.set_host(self);
}

std::size_t LogfmtParser::parse(const message& m, sink& out) {
  bad_.begin(self, m.delivery);
  std::size_t at = 0;
  for (std::uint64_t line = 1; at < m.text.size(); ++line) {
    const std::size_t end = m.text.find('\n', at);
    if (end == std::string_view::npos && m.stream && !m.last) break;
    try {
      reader_.read(m.text.substr(at, end - at), m.from, out);
    } catch (const fail& x) {
      bad_.add({at, line, 0}, x.what(), m.text.substr(at));
    }
    at = end == std::string_view::npos ? m.text.size() : end + 1;
  }
  bad_.end();
  return at;
}

}  // namespace weir::logfmt

WEIR_MODULE("logfmt", "1.0.0", weir::logfmt::LogfmtParser)
