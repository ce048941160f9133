#pragma once

// One endpoint: how it is asked, and what reads its answers.
//
// Kept       The bytes of the last answer, to receive the next one in the same place, and what the reader knows of the
//            series; both charged to the host's budget, and given up where it refuses.
// Threads    One thread at a time.
// Errors     std::bad_alloc; lines that cannot be read are reported to the host.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <weir/sink.hpp>

#include "plugins/common/exposition/openmetrics_reader.hpp"
#include "plugins/common/exposition/protobuf_reader.hpp"
#include "plugins/common/exposition/text_reader.hpp"
#include "plugins/common/http_client/http_client.hpp"
#include "plugins/common/memory/charge.hpp"
#include "plugins/inputs/prometheus/content.hpp"

namespace weir::prometheus_input {

using Tags = std::vector<std::pair<std::string, std::string>>;

// Where an endpoint is.
struct Place {
  std::string url;          // to ask; with user and password, if there are any
  std::string unix_socket;  // path; empty = none
  std::string shown;        // for tags and messages, without user and password
};
// Of http://, https:// and unix:// URLs; without a path it is /metrics. Nothing of others.
std::optional<Place> place_of(std::string_view url);

// What is to be asked.
struct Wanted {
  Place place;
  Tags tags;
  bool operator==(const Wanted& other) const {
    return place.url == other.place.url && place.unix_socket == other.place.unix_socket &&
           tags == other.tags;
  }
};

class Target {
 public:
  Target(Wanted wanted, const exposition::Format& format, const host& home);

  const Wanted& wanted() const { return wanted_; }
  const std::string& shown() const { return wanted_.place.shown; }
  // Its answer is for read().
  http::ClientRequest request(const http::Fields& fields, std::size_t bytes_max);
  std::size_t body_bytes() const { return body_bytes_; }
  void read(Content content, sink& out);

 private:
  template <typename Reader>
  void read_with(const exposition::Text& text, sink& out);

  Wanted wanted_;
  exposition::Format format_;
  host home_;
  std::string body_;
  std::size_t body_bytes_ = 0;  // of the last one that was read
  common::Charge charge_;
  std::variant<std::monostate, exposition::TextReader, exposition::OpenMetricsReader,
               exposition::ProtobufReader>
      reader_;
  Content content_ = Content::text;  // that the reader is for
};

}  // namespace weir::prometheus_input
