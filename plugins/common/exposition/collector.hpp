#pragma once

// Turns samples of families into rows.
//
//   collector.begin(out, now_ns);
//   const std::uint32_t f = collector.declare("http_requests_total");
//   collector.family(f).type = FamilyType::counter;
//   collector.sample(f, collector.set_of(f, labels), 1027, now_ns);
//   collector.end(0);
//
// Samples of counters, gauges, untyped and info families become rows at once. Those of a summary,
// histogram or state set are collected in a group for each set of labels, whose rows are made by
// finish(), or at the end of the text.
//
// Kept       Families, label sets and groups are kept for the next text, in which most come again.
// Ownership  Numbers of families, sets, groups and points are good while epoch() stays the same.
// Threads    One thread at a time.
// Errors     std::bad_alloc.
// Limits     bytes_max in all, and what the host's budget grants beyond working_bytes_max; where
//            that is reached make_room() forgets everything, and of a group that is not complete the
//            rest becomes a group of its own. points_max points a group.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weir/sink.hpp>

#include "plugins/common/exposition/format.hpp"
#include "plugins/common/exposition/label_sets.hpp"
#include "plugins/common/memory/arena.hpp"
#include "plugins/common/memory/charge.hpp"
#include "plugins/common/memory/hash_index.hpp"

namespace weir::exposition {

struct Label {
  std::string_view name, value;
};

class Collector {
 public:
  static constexpr std::uint32_t none = common::HashIndex::none;
  static constexpr std::size_t bytes_max = std::size_t{64} << 20U;
  static constexpr std::size_t working_bytes_max = std::size_t{1} << 20U;
  static constexpr std::uint32_t points_max = 32768;

  struct Family {
    std::uint32_t name = none;   // text
    std::uint32_t unit = none;   // text, or none
    std::uint32_t document = 0;  // the last one that had it
    FamilyType type = FamilyType::untyped;
    bool settled = false;  // its type is said, or it has samples: it stays so
    // Texts of its fields, as a family of keys_type has them; none until they are needed.
    FamilyType keys_type = FamilyType::untyped;
    std::uint32_t value_key = none, count_key = none, sum_key = none, created_key = none;
  };

  explicit Collector(const Format& format) : format_(format) {}
  const Format& format() const { return format_; }
  void attach(const host& home) { charge_.attach(home); }
  // Tags that every row gets; they replace labels of the same name. Not during a text.
  void set_tags(std::vector<std::pair<std::string, std::string>> tags);

  // ---- a text ----

  void begin(sink& out, std::int64_t now_ns);
  // Makes the rows of the groups that are left. others: bytes that the caller keeps beside this.
  void end(std::size_t others);
  // The time of samples that have none.
  std::int64_t now_ns() const { return now_ns_; }
  // Forgets everything but what this text declared, where that is needed before more is kept; true
  // when it did.
  bool make_room(std::size_t others);
  std::uint32_t epoch() const { return epoch_; }
  // Forgets everything, between two texts.
  void give_back();
  // For bytes that the caller keeps as long as this keeps its numbers.
  common::Arena& arena() { return arena_; }

  // ---- families ----

  // The family of the name, which this text need not have.
  std::uint32_t family_of(std::string_view name);
  Family& family(std::uint32_t f) { return families_[f]; }
  const Family& family(std::uint32_t f) const { return families_[f]; }
  std::string_view name_of(std::uint32_t f) { return sets_.texts().text(families_[f].name); }
  // Has this text declared it?
  bool is_here(std::uint32_t f) const { return families_[f].document == document_; }
  // It has now: untyped where it was new.
  void declare(std::uint32_t f);
  std::uint32_t declare(std::string_view name);
  void set_unit(std::uint32_t f, std::string_view unit) { families_[f].unit = text(unit); }

  // ---- samples ----

  // The set of the labels that have a value, but of the one that says which part a sample is.
  std::uint32_t set_of(std::uint32_t f, const std::vector<Label>& labels, std::string_view part);
  // Of a counter, a gauge, an untyped or an info family. A NaN makes no row.
  void sample(std::uint32_t f, std::uint32_t set, double value, std::int64_t time_ns);
  // The group of a family, of the type that it has now, and its labels.
  std::uint32_t group_of(std::uint32_t f, std::uint32_t set);
  // A sample of the group comes. The last one says the time; in OpenMetrics another time begins
  // another group.
  void touch(std::uint32_t group, std::int64_t time_ns);
  void set_count(std::uint32_t group, double count) { groups_[group].count = count; }
  void set_sum(std::uint32_t group, double sum);
  void set_created(std::uint32_t group, double seconds);
  // A quantile or bound of the group; none where it has too many.
  std::uint32_t point_of(std::uint32_t group, double at);
  // A state of the group; none where it has too many.
  std::uint32_t state_of(std::uint32_t group, std::string_view name);
  void set_point(std::uint32_t group, std::uint32_t point, double value);
  // The group is complete: its rows are made.
  void finish(std::uint32_t group);

 private:
  struct Group {
    std::uint32_t family = none, set = none;
    FamilyType type = FamilyType::untyped;
    std::uint32_t document = 0;  // where it has begun and is not finished
    std::uint32_t round = 0;     // of its points that have values
    std::uint32_t first = none, last = none,
                  latest = none;  // points: a list, and the last one used
    std::uint32_t n_points = 0;
    bool has_sum = false, has_created = false;
    std::int64_t time_ns = 0;
    double count = 0, sum = 0, created = 0;
  };
  struct Point {
    double at = 0;
    double value = 0;
    std::uint32_t next = none;
    std::uint32_t round = 0;
    std::uint32_t key = none, set = none;  // of its field; in version 2 of its row
  };

  std::uint32_t text(std::string_view s) { return sets_.texts().add(s); }
  std::uint32_t suffixed(std::uint32_t name, std::string_view suffix);
  void set_keys(Family& f);
  std::uint32_t add_point(std::uint32_t group, Point fresh);
  template <typename Is>
  std::uint32_t find_point(Group& g, Is&& is) const;
  std::string_view printed(double number);

  const Family& keyed_family(std::uint32_t f);
  void put_groups();
  void put_group(std::uint32_t group);
  void put_infinity(std::uint32_t group);
  void put_whole(const Family& f, const Group& g);
  void put_parts(const Family& f, const Group& g);
  bool shows(const Point& p, const Group& g, const Family& f) const;
  static std::uint32_t base_fields(const Family& f, const Group& g);
  void put_row(const Family& f, std::uint32_t set, std::uint32_t n_fields, std::int64_t time_ns);
  void put_base(const Family& f, const Group& g);
  void put_point(const Family& f, const Point& p);
  weir_field& new_field(std::uint32_t key, std::uint8_t type);
  void put_field(std::uint32_t key, double value) { new_field(key, WEIR_F64).v.f = value; }
  std::uint32_t id(std::uint32_t text) {
    return sets_.texts().id_of(text, out_->strings(), out_->generation());
  }

  std::size_t bytes() const;
  void forget();

  Format format_;
  common::Arena arena_;
  LabelSets sets_{arena_};
  std::vector<Family> families_;
  std::vector<Group> groups_;
  std::vector<Point> points_;
  common::HashIndex family_index_, group_index_;
  std::vector<std::pair<std::string, std::string>> tags_;
  common::Charge charge_;
  std::uint32_t epoch_ = 1;
  std::uint32_t measurement_ = none;  // text
  std::uint32_t round_ = 0;
  std::uint32_t document_ = 0;

  // Of the text at hand.
  sink* out_ = nullptr;
  std::int64_t now_ns_ = 0;
  std::vector<std::uint32_t> active_;  // groups
  std::vector<LabelSets::Pair> pairs_;
  std::string scratch_;
  char number_[48] = {};
};

}  // namespace weir::exposition
