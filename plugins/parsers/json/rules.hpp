#pragma once

// What becomes of the values of a JSON object, by their keys.
//
// Threads    Immutable once made.

#include <optional>
#include <string>
#include <string_view>

#include <weir/glob.hpp>

#include "plugins/common/go_time/timestamp.hpp"

namespace weir::json {

struct Role {
  bool tag = false;
  bool text_field = false;  // texts and booleans become fields, too
  bool name = false;
  bool time = false;
};

struct Rules {
  glob_list tags, text_fields;
  std::string name_key, time_key;
  std::optional<common::TimestampFormat> time;

  Role role_of(std::string_view key) const {
    return {tags.matches(key), text_fields.matches(key), !name_key.empty() && key == name_key,
            time && key == time_key};
  }
  bool is_time(double number, std::int64_t& ns) const {
    return time && time->read(number, ns).empty();
  }
  bool is_time(std::string_view text, std::int64_t now_ns, std::int64_t& ns) const {
    return time && time->read(text, now_ns, ns).empty();
  }
};

}  // namespace weir::json
