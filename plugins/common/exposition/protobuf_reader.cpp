#include "plugins/common/exposition/protobuf_reader.hpp"

#include <exception>

#include "plugins/common/exposition/protobuf_family.hpp"
#include "plugins/common/protobuf/pbf.hpp"

namespace weir::exposition {
namespace {

// Takes a message with its length in front off the text.
std::string_view take_delimited(std::string_view& text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  const std::uint64_t bytes = protozero::decode_varint(&p, end);
  if (bytes > static_cast<std::uint64_t>(end - p)) throw protozero::end_of_buffer_exception();
  const std::string_view message(p, bytes);
  text.remove_prefix(static_cast<std::size_t>(p - text.data()) + bytes);
  return message;
}

// Takes the next family off a MetricSet. nullptr where there is none.
std::string_view take_family(std::string_view& text) {
  constexpr protozero::pbf_tag_type families = 1;
  protozero::pbf_reader set(text.data(), text.size());
  std::string_view family;
  while (family.data() == nullptr && set.next()) {
    if (set.tag() == families) {
      const protozero::data_view view = set.get_view();
      family = {view.data(), view.size()};
    } else {
      set.skip();
    }
  }
  text.remove_prefix(text.size() - set.length());
  return family;
}

}  // namespace

std::uint32_t ProtobufReader::read(const Text& text, sink& out) {
  bad_.begin(out.home(), text.delivery);
  collector_.begin(out, text.now_ns);
  std::string_view rest = text.bytes;
  std::string_view before = rest;
  try {
    for (; !rest.empty(); before = rest) {
      collector_.make_room(0);
      read_family(rest);
    }
  } catch (const std::exception& why) {
    common::BadRecords::Place place;
    place.offset = text.bytes.size() - before.size();
    bad_.add(place, std::string("no protobuf message of a metric family: ") + why.what(), {});
  }
  collector_.end(0);
  bad_.end();
  return bad_.count();
}

// Takes a family off the text.
void ProtobufReader::read_family(std::string_view& text) {
  if (collector_.format().dialect == Dialect::prometheus) {
    read_prometheus_family(take_delimited(text), collector_);
    return;
  }
  const std::string_view family = take_family(text);
  if (family.data() != nullptr) read_openmetrics_family(family, collector_);
}

}  // namespace weir::exposition
