#include "core/cel/prepared.hpp"

#include <charconv>
#include <utility>

#include <re2/re2.h>

#include "core/cel/function.hpp"

namespace weir::cel {
namespace {

re2::RE2::Options pattern_options() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  return options;
}

// "+2", "-02", "2".
bool parse_hours(std::string_view text, std::int64_t& hours) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  const auto read = std::from_chars(text.data(), text.data() + text.size(), hours);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() && hours > -1000 &&
         hours < 1000;
}

// "+02:00", "-2:30": hours and minutes east of UTC.
bool fixed_offset(std::string_view name, std::size_t colon, std::int64_t& offset_s) {
  std::int64_t hours = 0, minutes = 0;
  if (!parse_hours(name.substr(0, colon), hours) || !parse_hours(name.substr(colon + 1), minutes) ||
      minutes < 0 || minutes > 59) {
    return false;
  }
  offset_s = hours * 3600 + (name[0] == '-' ? -minutes : minutes) * 60;
  return true;
}

}  // namespace

Prepared::Prepared() = default;
Prepared::~Prepared() = default;

Value Prepared::pattern(std::string_view text, std::string& why) {
  auto made =
      std::make_unique<re2::RE2>(re2::StringPiece(text.data(), text.size()), pattern_options());
  if (!made->ok()) {
    why = made->error();
    return Value::error(Failure::bad_pattern, text);
  }
  patterns_.push_back(std::move(made));
  return Value::of_pattern(patterns_.back().get());
}

Value Prepared::zone(std::string_view name, std::string& why) {
  std::int64_t offset_s = 0;
  const std::size_t colon = name.find(':');
  if (colon != std::string_view::npos) {  // As cheap to read as to prepare.
    if (fixed_offset(name, colon, offset_s)) return Value::of_text(name);
    why = "an offset is written +02:00 or -05:30";
    return Value::error(Failure::bad_zone, name);
  }
  time_zone loaded;
  why = loaded.load(name);
  if (!why.empty()) return Value::error(Failure::bad_zone, name);
  zones_.push_back(std::move(loaded));
  return Value::of_zone(&zones_.back());
}

Value matches(std::string_view text, const Value& pattern) {
  const re2::StringPiece subject(text.data(), text.size());
  if (pattern.is(Kind::pattern)) {
    return Value::of_bool(re2::RE2::PartialMatch(subject, *pattern.pattern));
  }
  if (!pattern.is(Kind::text)) return no_such_overload();
  const re2::RE2 made(re2::StringPiece(pattern.text, pattern.n), pattern_options());
  if (!made.ok()) return Value::error(Failure::bad_pattern, pattern.str());
  return Value::of_bool(re2::RE2::PartialMatch(subject, made));
}

Value zone_offset(const Value& zone, std::int64_t unix_s, std::int64_t& offset_s) {
  if (zone.is(Kind::zone)) {
    offset_s = zone.zone->offset_s(unix_s);
    return {};
  }
  if (!zone.is(Kind::text)) return no_such_overload();
  const std::size_t colon = zone.str().find(':');
  const Value unknown = Value::error(Failure::bad_zone, zone.str());
  if (colon != std::string_view::npos) {
    return fixed_offset(zone.str(), colon, offset_s) ? Value{} : unknown;
  }
  time_zone loaded;
  if (!loaded.load(zone.str()).empty()) return unknown;
  offset_s = loaded.offset_s(unix_s);
  return {};
}

}  // namespace weir::cel
