#include "plugins/inputs/prometheus/discovery.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>

#include <weir/error.hpp>

#include "plugins/common/gjson/json_text.hpp"
#include "plugins/common/http/url.hpp"

namespace weir::prometheus_input {
namespace {

using common::JsonItems;

Tags labels_of(std::string_view object) {
  Tags labels;
  JsonItems items(object);
  for (std::string_view key, value; items.next(key, value);) {
    labels.emplace_back(common::string_text(key), common::string_text(value));
  }
  return labels;
}

void add_targets(std::string_view list, const Tags& labels, std::vector<Wanted>& found,
                 std::vector<std::string>& bad) {
  JsonItems items(list);
  for (std::string_view key, value; items.next(key, value);) {
    std::string url = common::string_text(value);
    if (!url.starts_with("http://") && !url.starts_with("https://")) url.insert(0, "http://");
    if (const auto place = place_of(url)) {
      found.push_back({*place, labels});
    } else {
      bad.push_back(std::move(url));
    }
  }
}

void add_group(std::string_view group, std::vector<Wanted>& found, std::vector<std::string>& bad) {
  std::string_view targets, labels;
  JsonItems items(group);
  for (std::string_view key, value; items.next(key, value);) {
    if (key == "\"targets\"") targets = value;
    if (key == "\"labels\"") labels = value;
  }
  add_targets(targets, labels.empty() ? Tags() : labels_of(labels), found, bad);
}

// Numbers, each once, in the order of the name service.
std::vector<std::string> addresses_of(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  std::vector<std::string> all;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &first) != 0) return all;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> list(first, freeaddrinfo);
  for (const addrinfo* a = first; a != nullptr; a = a->ai_next) {
    char text[NI_MAXHOST];
    if (getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) ==
            0 &&
        std::find(all.begin(), all.end(), text) == all.end()) {
      all.emplace_back(text);
    }
  }
  return all;
}

}  // namespace

std::vector<Wanted> read_discovered(std::string_view json, std::vector<std::string>& bad) {
  const std::string_view list = common::first_value(common::skip_blanks(json));
  if (list.empty() || list.front() != '[') throw retry("the answer is no JSON array of targets");
  std::vector<Wanted> found;
  JsonItems groups(list);
  for (std::string_view key, value; groups.next(key, value);) add_group(value, found, bad);
  return found;
}

std::vector<Wanted> resolve(const std::string& url) {
  std::vector<Wanted> found;
  const auto place = place_of(url);
  const auto parts = http::parse_url(url);
  if (!place || !parts) return found;
  const auto at = static_cast<std::size_t>(parts->host.data() - url.data());
  for (const std::string& address : addresses_of(std::string(parts->host))) {
    const bool v6 = address.find(':') != std::string::npos;
    std::string there = url;
    there.replace(at, parts->host.size(), v6 ? "[" + address + "]" : address);
    Wanted wanted{place_of(there).value_or(Place()), {{"address", address}}};
    wanted.place.shown = place->shown;
    found.push_back(std::move(wanted));
  }
  return found;
}

}  // namespace weir::prometheus_input
