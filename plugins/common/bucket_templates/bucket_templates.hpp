#pragma once

// The option templates of graphite and statsd: what the parts of a dotted name mean.
//
//   "[separator] [filter] template [tag=value,tag=value]"
//   "cpu.* measurement.field.host region=eu"     cpu.load.web1 -> cpu, field load, host=web1
//
// A template names each part of the name: measurement, field, nothing, or a tag; measurement* and field* take
// the rest too. Parts of one kind are joined. The filter's parts are compared one by one, "*" stands for any;
// the filter with most parts that are written out wins, one without parts left matches any rest. A name that
// no filter matches takes the template without filter, and where there is none all of it is the measurement.
//
// Format     Telegraf's docs/TEMPLATE_PATTERN.md
// Threads    Immutable once made.
// Errors     The constructor throws weir::config_error for templates[i]. apply() has none: parts that a name
//            does not have are left out, even the measurement.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::common {

class BucketTemplates {
 public:
  // joiner stands between parts of one kind.
  BucketTemplates(const std::vector<std::string>& templates, std::string joiner);
  BucketTemplates(const BucketTemplates&) = delete;
  BucketTemplates& operator=(const BucketTemplates&) = delete;
  ~BucketTemplates();

  struct Meaning {
    std::string measurement;
    std::string field;                                      // empty = the template names none
    std::vector<std::pair<std::string, std::string>> tags;  // each key once
  };
  Meaning apply(std::string_view name) const;

 private:
  struct Template;
  struct Node {
    std::map<std::string, Node, std::less<>> children;
    const Template* end = nullptr;
  };
  using Parts = std::vector<std::string_view>;

  static Template parse(const std::string& text, const std::string& option);
  void add(const Template& made);
  static const Template* search(const Node& at, const Parts& parts, std::size_t from);
  const Template& of(std::string_view name) const;

  std::string joiner_;
  std::string filter_separator_;
  std::vector<std::unique_ptr<const Template>> templates_;
  const Template* otherwise_ = nullptr;
  Node root_;
};

}  // namespace weir::common
