#pragma once

// Makes metrics of the cells of records: one of each record, by what the columns are.
//
// Numbers that are plain are read on the spot, all others as Go's strconv does. Which series a record belongs to is
// told by the raw texts of its tags and name, so that a series that was seen before costs a comparison.
//
// Threads    One thread.
// Errors     add() throws weir::fail with why a record is no metric; nothing of it is added then.
// Limits     columns_max columns; those of Memo.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weir/delivery.hpp>
#include <weir/sink.hpp>

#include "plugins/common/go_time/timestamp.hpp"
#include "plugins/common/parsing/memo.hpp"
#include "plugins/common/parsing/spelled_series.hpp"

namespace weir::csv {

// What the options say of columns.
struct Rules {
  std::vector<std::string> tag_columns, skip_values, types;
  std::string name_column, time_column;
  std::optional<common::TimestampFormat> time;  // of time_column
  std::size_t skip_columns = 0;
  bool tags_win = false;  // over metadata
};

class RowMaker {
 public:
  static constexpr std::size_t columns_max = 8192;
  using Metadata = std::vector<std::pair<std::string, std::string>>;

  // rules have to stay where they are.
  explicit RowMaker(const Rules& rules) : rules_(rules) {}
  void set_host(const host& h) { memo_.set_host(h); }
  // What the next records have: names of columns, and tags of them all.
  void begin(const std::vector<std::string>& names, const Metadata& metadata);
  // from: where name and time come from that the record does not say.
  void add(const std::vector<std::string_view>& cells, const row& from, sink& out);
  // Gives back what it knows of series that came before.
  void forget();

 private:
  static constexpr std::uint32_t none = common::Memo::none;
  // Tokens that are names: of the source, or of a column of some type.
  static constexpr std::uint32_t source_name = none;
  static constexpr std::uint32_t column_name = 0xffffff00U;
  static constexpr std::size_t slack_bytes = 64;

  enum class Role : std::uint8_t { field, tag, time };
  enum class Type : std::uint8_t { guessed, integer, number, boolean, text, missing };
  struct Column {
    std::uint32_t key = none;  // of the memo
    Role role = Role::field;
    Type type = Type::guessed;
    bool name = false;
    bool repeated = false;  // a column before it has the same name
  };
  struct Tag {
    std::uint32_t key = none;  // of the memo
    std::string value;         // and slack_bytes zeros
    std::size_t bytes = 0;
  };

  void learn();
  std::uint32_t key_of(std::string_view name);
  Column column_of(std::size_t i) const;
  Type type_of(std::size_t i) const;
  bool is_skipped(std::string_view cell) const;
  void add_cell(const Column& column, std::string_view cell);
  void add_name(const Column& column, std::string_view cell);
  void add_field(const Column& column, const weir_field& made);
  void add_metadata();
  void name_by_source(const row& from);
  static bool read_typed(std::string_view cell, Type type, weir_field& to);
  weir_field read(std::string_view cell, Type type);
  void new_series();
  std::string_view name_text(const common::SpelledSeries::Token& token);

  const Rules& rules_;
  std::vector<std::string> names_;
  Metadata metadata_;
  bool known_ = false;  // columns_ and metadata_tags_ are those of names_ and metadata_
  std::vector<Column> columns_;
  std::vector<Tag> metadata_tags_;
  common::Memo memo_;
  common::SpelledSeries series_;

  // Of the record.
  sink* out_ = nullptr;
  weir_field* fields_ = nullptr;
  std::uint32_t n_fields_ = 0;
  bool named_ = false, timed_ = false, learned_ = false;
  std::int64_t now_ns_ = 0, time_ns_ = 0;
  std::string source_, name_;
  std::vector<weir_tag> tags_;
};

}  // namespace weir::csv
