#include "plugins/parsers/csv/csv.hpp"

#include <algorithm>
#include <stdexcept>

#include "plugins/common/text/utf8.hpp"

namespace weir::csv {
namespace {

bool is_character(const std::string& s) {
  return s.size() == 1 || (!s.empty() && common::utf8_character(s) == s.size());
}

std::string_view trimmed(std::string_view s, std::string_view set) {
  const std::size_t begin = s.find_first_not_of(set);
  if (begin == std::string_view::npos) return {};
  return s.substr(begin, s.find_last_not_of(set) - begin + 1);
}

}  // namespace

// ---- options ----

void CsvParser::init() {
  if (header_row_count <= 0 && column_names.empty()) {
    throw config_error("csv_header_row_count",
                       "columns need names: say how many rows the header has, or write the names "
                       "into csv_column_names");
  }
  if (!column_names.empty() && !column_types.empty() &&
      column_names.size() != column_types.size()) {
    throw config_error("csv_column_types", std::to_string(column_types.size()) + " types for the " +
                                               std::to_string(column_names.size()) +
                                               " columns of csv_column_names");
  }
  check_metadata();
  splitter_ = Splitter(make_dialect());
  rules_.tag_columns = tag_columns;
  rules_.skip_values = skip_values;
  rules_.types = column_types;
  rules_.name_column = measurement_column;
  rules_.skip_columns = static_cast<std::size_t>(std::max<std::int64_t>(skip_columns, 0));
  rules_.tags_win = tag_overwrite;
  rows_.set_host(self);
  begin_text();
  if (timestamp_column.empty()) return;
  rules_.time_column = timestamp_column;
  if (timestamp_format.empty()) {
    throw config_error("csv_timestamp_format",
                       "csv_timestamp_column needs to know how its times are written: unix, "
                       "unix_ms, unix_us, unix_ns or a layout such as "
                       "\"2006-01-02T15:04:05Z07:00\"");
  }
  try {
    rules_.time.emplace(timestamp_format, timezone, common::NoYear::zero);
  } catch (const std::invalid_argument& x) {
    throw config_error("csv_timezone", x.what());
  }
}

Dialect CsvParser::make_dialect() const {
  const std::string separator = delimiter.empty() ? "," : delimiter;
  if (!is_character(separator)) {
    throw config_error("csv_delimiter", "\"" + separator + "\" is not a single character");
  }
  if (separator == "\n" || separator == "\r") {
    throw config_error("csv_delimiter",
                       "a line break ends a record, it cannot stand between cells");
  }
  if (!comment.empty() && (!is_character(comment) || comment == separator)) {
    throw config_error("csv_comment",
                       "\"" + comment + "\" is not a single character other than the delimiter");
  }
  return {separator, comment, trim_space};
}

// The longest separators are looked for first.
void CsvParser::check_metadata() {
  if (metadata_rows <= 0) return;
  if (metadata_separators.empty()) {
    throw config_error("csv_metadata_separators",
                       "csv_metadata_rows needs to know what stands between key and value");
  }
  std::stable_sort(metadata_separators.begin(), metadata_separators.end(),
                   [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

// ---- texts ----

void CsvParser::begin_text() {
  head_ = {skip_rows, metadata_rows, header_row_count, false, column_names, {}};
  lines_ = 0;
}

std::size_t CsvParser::parse(const message& m, sink& out) {
  const std::uint8_t kind = m.from.kind();
  const Source source{kind, m.stream ? m.from.session() : 0};
  const bool alone = kind == WEIR_RAW_DOCUMENT || (!m.stream && reset_mode == "always");
  if (alone || source != source_) begin_text();
  source_ = source;
  bad_.begin(self, m.delivery);
  std::size_t at = 0;
  while (at < m.text.size() && step(m, at, out)) {
  }
  bad_.end();
  if (m.stream && m.last && m.from.last()) begin_text();
  return at;
}

// The next line or record; false where it is not finished.
bool CsvParser::step(const message& m, std::size_t& at, sink& out) {
  if (head_.skip > 0 || head_.metadata > 0) return head_line(m, at);
  const std::size_t begin = at;
  const Splitter::Found found = splitter_.next(m.text, at, !m.stream || m.last);
  if (found == Splitter::Found::more) return false;
  if (found == Splitter::Found::bad) report(m, begin, splitter_.problem());
  if (head_.header > 0) {
    read_header(found);
  } else if (found == Splitter::Found::record) {
    read_record(m, begin, out);
  }
  lines_ += splitter_.lines();
  return true;
}

bool CsvParser::head_line(const message& m, std::size_t& at) {
  std::string_view line;
  if (!Splitter::take_line(m.text, at, !m.stream || m.last, line)) return false;
  ++lines_;
  if (head_.skip > 0) {
    --head_.skip;
  } else {
    --head_.metadata;
    read_metadata(line);
  }
  return true;
}

void CsvParser::read_metadata(std::string_view line) {
  for (const std::string& separator : metadata_separators) {
    const std::size_t at = line.find(separator);
    if (at == std::string_view::npos) continue;
    const std::string_view key = trimmed(line.substr(0, at), metadata_trim_set);
    const std::string_view value = trimmed(line.substr(at + separator.size()), metadata_trim_set);
    if (key.empty()) continue;
    head_.tags.emplace_back(key, value);
    return;
  }
}

// Several rows make the names together. A row that cannot be read leaves out its part.
void CsvParser::read_header(Splitter::Found found) {
  if (found != Splitter::Found::nothing) --head_.header;
  if (found != Splitter::Found::record || !column_names.empty()) return;
  const auto& cells = splitter_.cells();
  if (head_.names.size() < cells.size()) head_.names.resize(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) head_.names[i] += cells[i];
}

void CsvParser::read_record(const message& m, std::size_t at, sink& out) {
  try {
    if (!head_.begun) {
      head_.begun = true;
      auto& names = head_.names;
      const std::size_t skipped = column_names.empty() ? rules_.skip_columns : 0;
      names.erase(names.begin(),
                  names.begin() + static_cast<std::ptrdiff_t>(std::min(skipped, names.size())));
      rows_.begin(names, head_.tags);
    }
    rows_.add(splitter_.cells(), m.from, out);
  } catch (const fail& x) {
    report(m, at, x.what());
  }
}

void CsvParser::report(const message& m, std::size_t at, const char* why) {
  if (!skip_errors) bad_.add({at, lines_ + 1, 0}, why, m.text.substr(at));
}

}  // namespace weir::csv

WEIR_MODULE("csv", "1.0.0", weir::csv::CsvParser)
