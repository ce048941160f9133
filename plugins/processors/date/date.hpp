#pragma once

// Writes a metric's time, in a form for people, into a tag or a field.

#include <cstdint>
#include <string>

#include <weir/weir.hpp>

#include "plugins/common/go_time/go_layout.hpp"

namespace weir::date {

struct Date {
  static constexpr info meta{"date", "1.0.0", "Write the time of metrics as text"};

  std::string tag_key, field_key, date_format, timezone;
  duration date_offset;
  static constexpr auto options = std::tuple{
      opt{"tag_key", &Date::tag_key, "\"\"", "Tag to set; either this or field_key"},
      opt{"field_key", &Date::field_key, "\"\"", "Field to set"},
      opt{"date_format", &Date::date_format, "\"\"",
          "How Go's reference time 'Mon Jan 2 15:04:05 -0700 MST 2006' would be written; for a "
          "field also unix, "
          "unix_ms, unix_us, unix_ns"},
      opt{"date_offset", &Date::date_offset, "\"0s\"", "Added to the time first"},
      opt{"timezone", &Date::timezone, "\"UTC\"", "UTC, Local, or a name such as Europe/Berlin"}};

  void init();
  void edit(editor& rows);

 private:
  // The text of a time: that of the time before, where both are the same.
  const std::string& text_of(std::int64_t time_ns);
  void set_tags(editor& rows);
  bool set_one_tag(editor& rows);
  void set_fields(editor& rows);
  void set_numbers(editor& rows);

  common::GoLayout layout_{""};
  time_zone zone_;
  std::int64_t unit_ns_ = 0;   // of a number; 0 = a text
  bool has_fraction_ = false;  // the text depends on less than seconds
  bool known_ = false;
  std::int64_t known_for_ = 0;
  std::string known_text_;
};

}  // namespace weir::date
