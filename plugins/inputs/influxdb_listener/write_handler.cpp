#include "plugins/inputs/influxdb_listener/write_handler.hpp"

#include <algorithm>
#include <utility>

#include "plugins/common/http/credentials.hpp"
#include "plugins/common/http/url.hpp"
#include "plugins/inputs/influxdb_listener/token.hpp"

namespace weir::influxdb_listener {
namespace {

constexpr std::size_t first_bytes = std::size_t{64} << 10U;
constexpr std::size_t spare_bytes_max = std::size_t{512} << 10U;
constexpr std::int64_t second_ns = 1'000'000'000;
constexpr const char* version = "1.0";  // as Telegraf says of itself

http::Response with_version(http::Response response) {
  response.set("X-Influxdb-Version", version);
  return response;
}

http::Response error_of(unsigned status, const std::string& text) {
  http::Response response = with_version(http::error_response(status, text));
  response.set("X-Influxdb-Error", text);
  return response;
}

http::Response json(std::string text) {
  http::Response response;
  response.content_type = "application/json";
  response.body = std::move(text);
  return with_version(std::move(response));
}

http::Response nothing() {
  http::Response response;
  response.status = 204;
  return with_version(std::move(response));
}

http::Response answer_ping(const http::Request& request) {
  const std::string verbose = http::query_value(request.query, "verbose");
  const bool wordy = !verbose.empty() && verbose != "0" && verbose != "false";
  return wordy ? json(std::string(R"({"version":")") + version + "\"}") : nothing();
}

// What one tick of a timestamp is. As in Telegraf all that is not known, "us" too, is ns.
std::int64_t unit_of(std::string_view precision) {
  if (precision == "u") return 1000;
  if (precision == "ms") return 1'000'000;
  if (precision == "s") return second_ns;
  if (precision == "m") return 60 * second_ns;
  return precision == "h" ? 3600 * second_ns : 1;
}

std::string words_for(const LineIntake::Outcome& outcome) {
  const std::uint64_t others = outcome.bad - 1;
  if (others == 0) return outcome.first;
  return outcome.first + " (and " + std::to_string(others) + " other parse error" +
         (others == 1 ? ")" : "s)");
}

}  // namespace

// The body of a write.
class WriteHandler::Lines final : public http::Body {
 public:
  Lines(WriteHandler& home, http::ConnectionId connection, std::int64_t unit_ns,
        std::vector<Tag> tags)
      : home_(home),
        connection_(connection),
        unit_ns_(unit_ns),
        tags_(std::move(tags)),
        held_(home.connections_.meter()),
        text_(std::move(home.spare_)) {
    home.spare_.clear();
    held_.set(text_.size());
  }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;
  // Fresh pages for each body would cost as much as parsing it.
  ~Lines() override {
    home_.waiting_.erase(connection_);
    const bool keep = text_.size() <= spare_bytes_max && text_.size() > home_.spare_.size();
    if (keep) home_.spare_ = std::move(text_);
  }

  Room room() override {
    if (used_ == text_.size()) {
      const std::size_t more = std::max(first_bytes, used_ * 2);
      held_.set(more);
      text_.resize(more);
    }
    return {Next::go_on, text_.data() + used_, text_.size() - used_};
  }
  void take(std::size_t n) override { used_ += n; }
  Next finish() override {
    home_.waiting_.erase(connection_);
    const weir_status room = home_.intake_.room();
    if (room == WEIR_WOULD_BLOCK) {
      home_.waiting_.insert(connection_);
      return Next::wait;
    }
    if (room != WEIR_OK) throw http::NoRoom();
    outcome_ = home_.intake_.take(std::string_view(text_).substr(0, used_), unit_ns_, tags_);
    return Next::answer;
  }
  http::Response answer() override {
    if (outcome_.status != WEIR_OK) return error_of(503, "http: the metrics could not be taken");
    return outcome_.bad == 0 ? nothing() : error_of(400, words_for(outcome_));
  }

 private:
  WriteHandler& home_;
  const http::ConnectionId connection_;
  const std::int64_t unit_ns_;
  const std::vector<Tag> tags_;
  http::Holding held_;
  std::string text_;
  std::size_t used_ = 0;
  LineIntake::Outcome outcome_;
};

http::Handler::Reception WriteHandler::begin(const http::Request& request,
                                             http::ConnectionId connection) {
  Reception taken;
  if (request.path == "/write" && knows(request)) {
    taken.body = receive(request, connection);
  } else {
    taken.response = respond(request);
  }
  return taken;
}

http::Response WriteHandler::respond(const http::Request& request) const {
  if (request.path == "/ping") return answer_ping(request);
  if (!knows(request)) {
    http::Response denied = error_of(401, "unauthorized");
    denied.set("WWW-Authenticate", "Basic realm=\"influxdb\"");
    return denied;
  }
  if (request.path == "/query") return json(R"({"results":[]})");
  return http::text_response(404, "404 page not found\n");
}

bool WriteHandler::knows(const http::Request& request) const {
  const std::string_view shown = request.field("authorization");
  if (!settings_.token_secret.empty()) {
    constexpr std::string_view bearer = "Bearer ";
    // Telegraf looks for it in a field that InfluxDB does not know.
    const std::string_view token = shown.empty() ? request.field("authentication") : shown;
    return token.starts_with(bearer) &&
           refuse_token(token.substr(bearer.size()), settings_.token_secret,
                        settings_.token_username, settings_.home.now() / second_ns) == nullptr;
  }
  if (settings_.basic.empty()) return true;
  return http::same_secret(shown, settings_.basic) ||
         http::same_secret(shown, settings_.plain_token);
}

std::unique_ptr<http::Body> WriteHandler::receive(const http::Request& request,
                                                  http::ConnectionId connection) {
  std::vector<Tag> tags;
  const auto add = [&](const std::string& tag, const char* key) {
    if (tag.empty()) return;
    std::string value = http::query_value(request.query, key);
    if (!value.empty()) tags.push_back({tag, std::move(value)});
  };
  add(settings_.database_tag, "db");
  add(settings_.retention_policy_tag, "rp");
  const std::int64_t unit = unit_of(http::query_value(request.query, "precision"));
  return std::make_unique<Lines>(*this, connection, unit, std::move(tags));
}

http::Response WriteHandler::refusal(unsigned status, std::string_view why) {
  return error_of(status, "http: " + std::string(status == 413 ? "request body too large" : why));
}

void WriteHandler::notified(std::uint64_t) {
  for (const http::ConnectionId connection : std::exchange(waiting_, {})) {
    connections_.resume(connection);
  }
}

void WriteHandler::broken(const std::string& peer, const char* why) {
  settings_.home.warn("the connection of " + peer + " is closed: " + why);
}

}  // namespace weir::influxdb_listener
