#pragma once

// The dotted names that graphite gives metrics, by templates or with tags behind.
//
//   "host.tags.measurement.field"    cpu,host=a,cpu=cpu0 idle=1 -> a.cpu0.cpu.idle
//
// Format     Telegraf's docs/TEMPLATE_PATTERN.md: each part of a template is the measurement, the field, all tags that
//            no other part names, or the tag of that key. Dots within a part become "_".
// Threads    One thread: names are made in a buffer.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <weir/batch.hpp>

namespace weir::graphite {

// A name with room for the field: name[0, field_at) field name[field_at, end).
struct Bucket {
  std::string name;
  std::size_t field_at = std::string::npos;  // npos: the template has no field
};

class Template {
 public:
  explicit Template(std::string_view text);
  // The bucket's name as the template has it, behind prefix; false where no part is left.
  bool apply(const row& r, std::string_view prefix, Bucket& to) const;

 private:
  enum class What : unsigned char { measurement, field, tags, tag };
  struct Part {
    What what;
    std::string key;
  };
  static Part part_of(std::string_view text);
  bool names(std::string_view key) const;
  void put_tags(const row& r, std::string& to) const;

  std::vector<Part> parts_;
};

// The name of a field: "value" says nothing and leaves no part behind; where nothing else is left, Telegraf's
// placeholder stays.
void put_field(const Bucket& bucket, std::string_view field, std::string& to);

}  // namespace weir::graphite
