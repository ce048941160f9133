#include "core/app/rows_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include <weir/batch.hpp>

#include "core/config/text.hpp"

namespace weir::app {
namespace {

using config::json_quote;

constexpr std::array kinds{"untyped", "counter", "gauge", "histogram", "summary"};
constexpr std::uint64_t exact_in_json = std::uint64_t{1} << 53;

template <typename T>
std::string digits(T value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::uint64_t size_of(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return value < 0 ? 0 - bits : bits;
}

std::string integer(const std::string& text, std::uint64_t size) {
  return size <= exact_in_json ? text : json_quote(text);
}

class RowPrinter {
 public:
  explicit RowPrinter(const weir_batch& batch) : batch_(batch), block_(&batch) {}

  std::string print(const weir_row& row) const {
    const bool raw = batch_.signal == WEIR_SIG_RAW;
    std::string text =
        raw ? "{\"raw\":" + value(block_.fields()[row.field0]) : "{\"name\":" + string(row.name);
    text += ",\"tags\":{";
    for (std::uint32_t i = 0; i < row.n_tag; ++i) {
      const weir_tag& tag = block_.tags()[row.tag0 + i];
      text += (i == 0 ? "" : ",") + string(tag.key) + ':' + string(tag.val);
    }
    text += '}';
    if (!raw) text += ",\"fields\":{" + fields(row) + '}';
    text += ",\"time_ns\":" + digits(row.time_ns);
    if (!raw && row.kind != WEIR_UNTYPED) text += kind(row.kind);
    return text + "}\n";
  }

 private:
  static std::string kind(std::uint8_t kind) {
    return std::string(",\"kind\":\"") + kinds[kind] + '"';
  }
  std::string string(std::uint32_t id) const { return json_quote(block_.str(id)); }

  std::string fields(const weir_row& row) const {
    std::string text;
    for (std::uint32_t i = 0; i < row.n_field; ++i) {
      const weir_field& field = block_.fields()[row.field0 + i];
      text += (i == 0 ? "" : ",") + string(field.key) + ':' + value(field);
    }
    return text;
  }

  std::string value(const weir_field& field) const {
    switch (field.type) {
      case WEIR_I64: return integer(digits(field.v.i), size_of(field.v.i));
      case WEIR_U64: return integer(digits(field.v.u), field.v.u);
      case WEIR_F64:
        return std::isfinite(field.v.f) ? digits(field.v.f) : json_quote(digits(field.v.f));
      case WEIR_BOOL: return field.v.u != 0 ? "true" : "false";
      default: return json_quote(block_.text(field.v.str));
    }
  }

  const weir_batch& batch_;
  const block block_;
};

}  // namespace

std::string rows_as_json(const weir_batch& batch, std::uint32_t row0) {
  const RowPrinter printer(batch);
  const block rows(&batch);
  std::string text;
  for (std::uint32_t i = row0; i < batch.n_rows; ++i) text += printer.print(rows.rows()[i]);
  return text;
}

}  // namespace weir::app
