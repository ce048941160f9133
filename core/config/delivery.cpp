#include "core/config/delivery.hpp"

#include <array>

#include "core/base/units.hpp"
#include "core/config/section.hpp"

namespace weir::config {
namespace {

using D = DeliverySettings;

constexpr std::int64_t in_flight_most = 1000;
constexpr std::int64_t disk_bytes_least = 1 << 20;

void overflow(const Node& node, std::string_view name, Values& values, D& delivery) {
  std::string text;
  if (!values.choice(node, name, {"wait", "block", "drop_oldest", "drop_newest"}, text)) return;
  delivery.overflow = text == "wait"          ? Overflow::wait
                      : text == "block"       ? Overflow::block
                      : text == "drop_oldest" ? Overflow::drop_oldest
                                              : Overflow::drop_newest;
}

void queue(const Node& node, std::string_view name, Values& values, D& delivery) {
  std::string text;
  if (!values.choice(node, name, {"memory", "disk", "spill"}, text)) return;
  delivery.queue = text == "memory" ? QueueKind::memory
                   : text == "disk" ? QueueKind::disk
                                    : QueueKind::spill;
}
void durability(const Node& node, std::string_view name, Values& values, D& delivery) {
  std::string text;
  if (!values.choice(node, name, {"process", "power"}, text)) return;
  delivery.power = text == "power";
}
void concurrency(const Node& node, std::string_view name, Values& values, D& delivery) {
  std::string text;
  if (!values.choice(node, name, {"fixed", "adaptive"}, text)) return;
  delivery.adaptive = text == "adaptive";
}

void dead_letter(const Node& node, std::string_view name, Values& values, D& delivery) {
  constexpr std::string_view other = "outputs.";
  std::string text;
  if (!values.string(node, name, text)) return;
  if (text.starts_with(other) && text.size() > other.size()) {
    delivery.dead_letter = DeadLetterKind::output;
    delivery.dead_letter_output = text.substr(other.size());
    return;
  }
  if (!values.choice(node, name, {"auto", "disk", "drop", "outputs.ALIAS"}, text)) return;
  delivery.dead_letter = text == "auto"   ? DeadLetterKind::automatic
                         : text == "disk" ? DeadLetterKind::disk
                                          : DeadLetterKind::drop;
}

// "10000/s" records or "5MiB/s" bytes.
void rate_limit(const Node& node, std::string_view name, Values& values, D& delivery) {
  std::string text;
  if (!values.string(node, name, text) || text.empty()) return;
  std::string_view amount = text;
  const bool a_second = amount.ends_with("/s");
  if (a_second) amount.remove_suffix(2);
  const auto parsed = parse_size(amount);
  if (!a_second || !parsed.ok() || parsed.value() <= 0) {
    values.reporter().error(node.at, quote(name) + " = " + quote(text) +
                                         " is no rate: write \"10000/s\" for records or "
                                         "\"5MiB/s\" for bytes");
    return;
  }
  const bool records = amount.find_first_not_of("0123456789") == std::string_view::npos;
  (records ? delivery.rate_rows : delivery.rate_bytes) = parsed.value();
}

void max_bytes(const Node& node, std::string_view name, Values& values, D& delivery) {
  values.size(node, name, delivery.max_bytes);
  if (delivery.max_bytes >= disk_bytes_least) return;
  values.reporter().error(node.at, quote(name) + " must be at least 1MiB");
  delivery.max_bytes = disk_bytes_least;
}
void max_in_flight(const Node& node, std::string_view name, Values& values, D& delivery) {
  const std::int64_t declared = delivery.max_in_flight;
  integer_from(node, values, name, 1, delivery.max_in_flight);
  if (delivery.max_in_flight <= in_flight_most && (declared > 1 || delivery.max_in_flight == 1)) {
    return;
  }
  const bool serial = declared <= 1;
  values.reporter().error(
      node.at, quote(name) + " = " + std::to_string(delivery.max_in_flight) +
                   (serial ? " is not possible: this output sends one batch after the other"
                           : " is too much: at most " + std::to_string(in_flight_most)));
  delivery.max_in_flight = declared;
}

constexpr std::array<KeyRule<D>, 16> rules{{
    {"overflow", "\"wait\"",
     "What to do when the buffer is full: wait, block, drop_oldest or drop_newest", false,
     overflow},
    {"overflow_wait", "\"5s\"",
     "With wait: how long inputs are held back for an output that does not write", false,
     not_negative<&D::overflow_wait_ns>},
    {"retry_initial", "\"1s\"", "Pause before the first new attempt", false,
     positive<&D::retry_initial_ns>},
    {"retry_max", "\"60s\"",
     "Longest pause between attempts; it doubles each time and is varied by chance", false,
     positive<&D::retry_max_ns>},
    {"max_attempts", "0", "Attempts before a batch is given up; 0: no end", false,
     count<&D::max_attempts, 0>},
    {"max_age", "\"0s\"", "Older metrics are dropped and counted; 0s: none is too old", false,
     not_negative<&D::max_age_ns>},
    {"queue", "\"memory\"",
     "Where metrics wait: memory, disk, or spill (memory first, disk when it is full)", false,
     queue},
    {"max_bytes", "\"1GiB\"", "What a queue on disk may take", false, max_bytes},
    {"durability", "\"process\"",
     "What acknowledged metrics in a queue on disk survive: the end of the process, or of power",
     false, durability},
    {"commit_interval", "\"5ms\"",
     "With power: how long metrics may wait to be written out together", false,
     positive<&D::commit_interval_ns>},
    {"max_in_flight", "1",
     "Batches that may be on their way at a time, where the output can; else the output's own "
     "default",
     false, max_in_flight},
    {"dead_letter", "\"auto\"",
     "Where metrics go that the output will never take: disk, drop, outputs.ALIAS; auto: disk "
     "where "
     "something is kept there anyway",
     false, dead_letter},
    {"rate_limit", "\"\"", "The most that is sent: \"10000/s\" metrics or \"5MiB/s\"; empty: all",
     false, rate_limit},
    {"exactly_once", nullptr, "", false, later_flag<false>},
    {"breaker", "true", "After repeated failure one batch is sent to try, before others follow",
     false, flag<&D::breaker>},
    {"concurrency", "\"fixed\"",
     "adaptive: fewer batches on their way than max_in_flight where the output gets slower", false,
     concurrency},
}};

}  // namespace

void read_delivery(const Node& node, const std::string& whose, Values& values,
                   DeliverySettings& delivery) {
  if (!node.is(Node::Kind::table)) {
    values.refuse(node, "delivery", "a table");
    return;
  }
  read_section(node, whose + ".delivery", rules, values, delivery);
  if (delivery.retry_max_ns < delivery.retry_initial_ns) {
    values.reporter().error(node.at, "\"retry_max\" must not be shorter than \"retry_initial\"");
  }
}

std::vector<KeyDoc> delivery_docs() { return docs_of(rules); }

}  // namespace weir::config
