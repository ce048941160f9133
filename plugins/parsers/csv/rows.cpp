#include "plugins/parsers/csv/rows.hpp"

#include <algorithm>

#include <weir/hash.hpp>

#include "plugins/common/parsing/guess.hpp"
#include "plugins/common/text/go_number.hpp"
#include "plugins/common/text/print_number.hpp"

namespace weir::csv {
namespace {

using common::GoNumber;

bool contains(const std::vector<std::string>& list, std::string_view s) {
  return std::find(list.begin(), list.end(), s) != list.end();
}

[[noreturn]] void refuse(std::string_view cell, const char* wanted) {
  throw fail("\"" + std::string(cell.substr(0, 64)) + "\" is not " + wanted +
             " (csv_column_types wants one there)");
}

}  // namespace

// ---- columns ----

void RowMaker::begin(const std::vector<std::string>& names, const Metadata& metadata) {
  if (names == names_ && metadata == metadata_) return;
  names_.clear();
  columns_.clear();
  if (names.size() > columns_max) {
    throw fail(std::to_string(names.size()) + " columns are more than the " +
               std::to_string(columns_max) + " that a metric can have");
  }
  names_ = names;
  metadata_ = metadata;
  if (memo_.trim()) series_.forget();
  known_ = false;
}

void RowMaker::learn() {
  known_ = true;
  columns_.clear();
  metadata_tags_.clear();
  std::vector<bool> seen;  // by key
  for (std::size_t i = 0; i < names_.size(); ++i) {
    Column c = column_of(i);
    c.key = key_of(names_[i]);
    if (c.key >= seen.size()) seen.resize(c.key + names_.size());
    c.repeated = seen[c.key];
    seen[c.key] = true;
    columns_.push_back(c);
  }
  for (const auto& [key, value] : metadata_) {
    metadata_tags_.push_back({key_of(key), value + std::string(slack_bytes, '\0'), value.size()});
  }
}

std::uint32_t RowMaker::key_of(std::string_view name) {
  const std::uint64_t hashed = hash(name);
  const std::uint32_t known = memo_.find_key(name, hashed);
  return known != none ? known : memo_.add_key(name, hashed, name);
}

RowMaker::Column RowMaker::column_of(std::size_t i) const {
  Column c;
  const std::string& name = names_[i];
  c.type = type_of(i);
  if (contains(rules_.tag_columns, name)) {
    c.role = Role::tag;
  } else if (rules_.time && name == rules_.time_column) {
    c.role = Role::time;
  } else {
    c.name = !rules_.name_column.empty() && name == rules_.name_column;
  }
  return c;
}

RowMaker::Type RowMaker::type_of(std::size_t i) const {
  if (rules_.types.empty()) return Type::guessed;
  if (i >= rules_.types.size()) return Type::missing;
  const std::string& type = rules_.types[i];
  if (type == "int") return Type::integer;
  if (type == "float") return Type::number;
  return type == "bool" ? Type::boolean : Type::text;
}

// ---- records ----

void RowMaker::add(const std::vector<std::string_view>& cells, const row& from, sink& out) {
  if (cells.size() < rules_.skip_columns) {
    throw fail("a record has " + std::to_string(cells.size()) + " cells, and csv_skip_columns is " +
               std::to_string(rules_.skip_columns));
  }
  if (!known_) learn();
  out_ = &out;
  out.make_room();
  fields_ = out.spare_fields(static_cast<std::uint32_t>(columns_.size()));
  n_fields_ = 0;
  named_ = timed_ = learned_ = false;
  time_ns_ = now_ns_ = from.time_ns();
  series_.begin();
  if (rules_.tags_win) add_metadata();
  const std::size_t n = std::min(cells.size() - rules_.skip_columns, columns_.size());
  for (std::size_t i = 0; i < n; ++i) add_cell(columns_[i], cells[rules_.skip_columns + i]);
  if (!rules_.tags_win) add_metadata();
  if (rules_.time && !timed_) {
    throw fail("the time, column \"" + rules_.time_column + "\", is missing");
  }
  if (n_fields_ == 0) return;
  if (!named_) name_by_source(from);
  if (!series_.find(memo_, out)) new_series();
  out.add_row(series_.name_id(), series_.tag0(), series_.n_tag(),
              static_cast<std::uint16_t>(n_fields_), time_ns_);
  out.fields(n_fields_);
  if (!learned_ || !memo_.trim()) return;
  series_.forget();
  known_ = false;
}

void RowMaker::forget() {
  memo_.forget();
  series_.forget();
  known_ = false;
}

bool RowMaker::is_skipped(std::string_view cell) const {
  return !rules_.skip_values.empty() && contains(rules_.skip_values, cell);
}

inline void RowMaker::add_cell(const Column& column, std::string_view cell) {
  if (is_skipped(cell)) return;
  if (column.role == Role::tag) {
    series_.add(column.key, cell);
  } else if (column.role == Role::time) {
    const std::string why = rules_.time->read(cell, now_ns_, time_ns_);
    if (!why.empty()) {
      throw fail("the time \"" + std::string(cell.substr(0, 64)) + "\" cannot be read: " + why);
    }
    timed_ = true;
  } else if (column.name) {
    add_name(column, cell);
  } else {
    add_field(column, read(cell, column.type));
  }
}

// Of columns of one name the last one counts.
inline void RowMaker::add_field(const Column& column, const weir_field& made) {
  weir_field* to = fields_ + n_fields_;
  const std::uint32_t id = memo_.id_of(memo_.key(column.key), out_->strings(), out_->generation());
  if (column.repeated) {
    to = std::find_if(fields_, to, [id](const weir_field& f) { return f.key == id; });
  }
  if (to == fields_ + n_fields_) ++n_fields_;
  *to = made;
  to->key = id;
}

// A cell without text leaves the name to the source.
void RowMaker::add_name(const Column& column, std::string_view cell) {
  const bool text = column.type == Type::guessed || column.type == Type::text;
  if (cell.empty() && text) return;
  weir_field made{};
  if (column.type != Type::guessed) read_typed(cell, column.type, made);  // it may be wrong
  named_ = true;
  series_.add(column_name + static_cast<std::uint32_t>(column.type), cell);
}

void RowMaker::add_metadata() {
  for (const Tag& tag : metadata_tags_) series_.add(tag.key, {tag.value.data(), tag.bytes});
}

// The host knows who sent a text that does not say its name.
void RowMaker::name_by_source(const row& from) {
  const std::string_view name = from.raw().name == WEIR_NO_ID ? std::string_view() : from.name();
  source_.assign(name).append(slack_bytes, '\0');
  series_.add(source_name, {source_.data(), name.size()});
}

// ---- values ----

// False: it is text.
bool RowMaker::read_typed(std::string_view cell, Type type, weir_field& to) {
  std::int64_t integer = 0;
  double number = 0;
  bool boolean = false;
  switch (type) {
    case Type::guessed: return common::guess_value(cell, to);
    case Type::text: return false;
    case Type::integer:
      if (common::parse_go_int(cell, integer) != GoNumber::ok) refuse(cell, "an integer");
      common::set_value(to, integer);
      return true;
    case Type::number:
      if (common::parse_go_float(cell, number) != GoNumber::ok) refuse(cell, "a number");
      common::set_value(to, number);
      return true;
    case Type::boolean:
      if (!common::parse_go_bool(cell, boolean)) refuse(cell, "a boolean");
      common::set_value(to, boolean);
      return true;
    case Type::missing: break;
  }
  throw fail("a record has more columns than csv_column_types has types");
}

inline weir_field RowMaker::read(std::string_view cell, Type type) {
  weir_field f{};
  if (read_typed(cell, type, f)) return f;
  f.type = WEIR_STRING;
  f.v.str = out_->strings().store(cell);
  return f;
}

// ---- series ----

void RowMaker::new_series() {
  string_table& strings = out_->strings();
  tags_.clear();
  std::uint32_t name_id = 0;
  for (const auto& token : series_.tokens()) {
    if (token.key >= column_name) {
      name_id = strings.intern(name_text(token));
    } else {
      tags_.push_back({memo_.id_of(memo_.key(token.key), strings, out_->generation()),
                       strings.intern(token.view())});
    }
  }
  learned_ = series_.make(memo_, *out_, name_id, tags_);
}

// A name is what its column's value looks like: 007 is the integer 7.
std::string_view RowMaker::name_text(const common::SpelledSeries::Token& token) {
  if (token.key == source_name) return token.view();
  char digits[common::number_bytes];
  const auto type = static_cast<Type>(token.key - column_name);
  weir_field value{};
  read_typed(token.view(), type, value);
  switch (value.type) {
    case WEIR_I64: name_.assign(digits, common::print_i64(digits, value.v.i)); break;
    case WEIR_F64: name_.assign(digits, common::print_general(digits, value.v.f)); break;
    case WEIR_BOOL: return value.v.u != 0 ? "true" : "false";
    default: return token.view();
  }
  return name_;
}

}  // namespace weir::csv
