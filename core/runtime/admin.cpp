#include "core/runtime/admin.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "core/base/log.hpp"
#include "core/base/version.hpp"
#include "core/config/text.hpp"

namespace weir::runtime {
namespace {

using config::json_quote;
using metrics::Condition;
using metrics::Drop;
using metrics::Entry;

constexpr double ns_per_s = 1e9;

std::string decimal(double value) {
  std::array<char, 40> text{};
  const int n = std::snprintf(text.data(), text.size(), "%.3f", value);
  return {text.data(), static_cast<std::size_t>(n)};
}

// Seconds since then; null for never.
std::string age(std::int64_t now_ns, std::int64_t then_ns) {
  if (then_ns == 0) return "null";
  return decimal(static_cast<double>(std::max<std::int64_t>(0, now_ns - then_ns)) / ns_per_s);
}

// One JSON object, member by member.
class Object {
 public:
  Object& raw(const char* key, const std::string& value) {
    text_ += (text_.empty() ? "{\"" : ",\"") + std::string(key) + "\":" + value;
    return *this;
  }
  Object& text(const char* key, const std::string& value) { return raw(key, json_quote(value)); }
  Object& flag(const char* key, bool value) { return raw(key, value ? "true" : "false"); }
  template <typename Integer>
  Object& number(const char* key, Integer value) {
    return raw(key, std::to_string(value));
  }
  [[nodiscard]] std::string end() const { return text_.empty() ? "{}" : text_ + "}"; }

 private:
  std::string text_;
};

std::string list_of(const std::vector<std::string>& texts) {
  std::string all = "[";
  for (const std::string& t : texts) all += (all.size() > 1 ? "," : "") + json_quote(t);
  return all + "]";
}

std::string label(const metrics::Node& n) {
  return n.kind + "." + n.name + (n.alias.empty() ? "" : "::" + n.alias);
}

bool is_edge(const metrics::Node& n) { return n.kind == "inputs" || n.kind == "outputs"; }

std::string records(const metrics::Counters& c) {
  return Object()
      .number("in", c.in)
      .number("created", c.created)
      .number("out", c.out)
      .number("absorbed", c.absorbed)
      .number("filtered", c.filtered)
      .number("dropped", c.dropped_total())
      .number("queued", c.queued)
      .number("in_flight", c.in_flight)
      .number("imbalance", c.imbalance())
      .end();
}

std::string drops(const metrics::Counters& c) {
  Object all;
  for (std::size_t i = 0; i < c.dropped.size(); ++i) {
    if (c.dropped[i] != 0) all.number(drop_reason_name(static_cast<Drop>(i)), c.dropped[i]);
  }
  return all.end();
}

std::string queue(const metrics::Node& n, std::int64_t now_ns) {
  return Object()
      .number("records", n.queued.load())
      .number("bytes", n.queue_bytes.load())
      .number("limit_records", n.queue_limit.load())
      .raw("oldest_s", age(now_ns, n.oldest_ns))
      .end();
}

std::string trouble(const metrics::Node& n, std::int64_t now_ns) {
  const metrics::Trouble last = n.last_error();
  if (last.text.empty()) return "null";
  return Object().text("text", last.text).raw("age_s", age(now_ns, last.at_ns)).end();
}

std::string node(const Entry& e, const metrics::Rates::Rate& rate, std::int64_t now_ns) {
  const metrics::Node& n = *e.newest;
  const metrics::Counters& c = e.counters;
  Object all;
  all.text("kind", n.kind)
      .text("name", n.name)
      .text("alias", n.alias)
      .text("id", n.id)
      .text("state", condition_name(n.condition))
      .flag("hangs", n.hangs)
      .flag("failing", n.failing)
      .raw("records", records(c))
      .raw("dropped", drops(c))
      .raw("rates", Object()
                        .raw("in", decimal(rate.in))
                        .raw("out", decimal(rate.out))
                        .raw("dropped", decimal(rate.dropped))
                        .end());
  if (n.kind == "outputs") all.raw("queue", queue(n, now_ns));
  return all.number("calls", c.calls)
      .number("errors", c.errors)
      .number("retries", c.retries)
      .number("batches", c.batches)
      .number("late", c.late)
      .number("skipped", c.skipped)
      .number("hung", c.hung)
      .raw("last_error", trouble(n, now_ns))
      .end();
}

AdminAnswer text_answer(std::string text) {
  return {200, "text/plain; charset=utf-8", std::move(text), {}};
}

AdminAnswer error_answer(unsigned status, const std::string& why) {
  return {status, "application/json", Object().text("error", why).end() + "\n", {}};
}

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n\"");
  const std::size_t end = text.find_last_not_of(" \t\r\n\"");
  return begin == std::string::npos ? std::string() : text.substr(begin, end - begin + 1);
}

// What is wrong with one node, if anything.
std::string problem(const Entry& e) {
  const metrics::Node& n = *e.newest;
  const std::string last = n.last_error().text;
  if (n.hangs) return label(n) + " hangs in a call that does not come back";
  if (n.condition == Condition::refused) {
    return label(n) + " was refused and is not tried again: " + last;
  }
  if (n.condition == Condition::retrying) return label(n) + " is tried again: " + last;
  if (n.failing) return label(n) + ": " + last;
  return {};
}

}  // namespace

std::vector<std::string> Admin::problems() const {
  std::vector<std::string> all;
  const Life::View life = agent_.life.view();
  if (!life.reason.empty()) all.push_back("the last reload was refused: " + life.reason);
  for (const Entry& e : metrics::overview(agent_.ledger)) {
    if (std::string why = problem(e); !why.empty()) all.push_back(std::move(why));
  }
  return all;
}

std::vector<std::string> Admin::missing() const {
  std::vector<std::string> all;
  const Life::View life = agent_.life.view();
  if (life.state != Life::State::running) {
    all.push_back(std::string("the agent is ") + state_name(life.state));
  }
  for (const Entry& e : metrics::overview(agent_.ledger)) {
    const metrics::Node& n = *e.newest;
    if (!is_edge(n) || n.started || n.condition == Condition::stopped) continue;
    const std::string why = n.last_error().text;
    all.push_back(label(n) + " has not started" + (why.empty() ? "" : ": " + why));
  }
  return all;
}

std::string Admin::status() const {
  const Life::View life = agent_.life.view();
  const metrics::Memory memory = agent_.memory();
  const std::int64_t now_ns = agent_.clock.wall_ns();
  std::string nodes;
  {
    const std::lock_guard lock(mutex_);
    for (const Entry& e : metrics::overview(agent_.ledger)) {
      nodes += (nodes.empty() ? "" : ",\n") + node(e, rates_.of(e), now_ns);
    }
  }
  return Object()
             .text("version", version)
             .number("pid", ::getpid())
             .text("state", state_name(life.state))
             .number("generation", life.generation)
             .raw("uptime_s", age(now_ns, life.started_ns))
             .raw("reloaded_s", age(now_ns, life.reloaded_ns))
             .text("reload_refused", life.reason)
             .raw("memory", Object()
                                .number("used_bytes", memory.used_bytes)
                                .number("peak_bytes", memory.peak_bytes)
                                .number("limit_bytes", memory.limit_bytes)
                                .end())
             .raw("problems", list_of(problems()))
             .raw("nodes", "[\n" + nodes + "]")
             .end() +
         "\n";
}

void Admin::tick() {
  const std::lock_guard lock(mutex_);
  rates_.tick(agent_.ledger, agent_.clock.steady_ns());
}

// ---- the routes ---------------------------------------------------------------------------------------------------

const std::map<std::string, Admin::Methods>& Admin::routes() {
  static const std::map<std::string, Methods> all{
      {"/metrics", {{"GET", &Admin::get_metrics}}},
      {"/health", {{"GET", &Admin::get_health}}},
      {"/ready", {{"GET", &Admin::get_ready}}},
      {"/status", {{"GET", &Admin::get_status}}},
      {"/reload", {{"POST", &Admin::post_reload}}},
      {"/flush", {{"POST", &Admin::post_flush}}},
      {"/log-level", {{"GET", &Admin::get_log_level}, {"PUT", &Admin::put_log_level}}}};
  return all;
}

void Admin::handle(const AdminRequest& request, const AdminServer::Reply& reply) {
  const auto route = routes().find(request.path);
  if (route == routes().end()) {
    std::string known;
    for (const auto& [path, methods] : routes()) known += (known.empty() ? "" : ", ") + path;
    return reply(error_answer(404, "there is no " + request.path + ", but " + known));
  }
  const auto method = route->second.find(request.method);
  if (method != route->second.end()) return (this->*method->second)(request, reply);
  std::string allowed;
  for (const auto& [name, call] : route->second) allowed += (allowed.empty() ? "" : ", ") + name;
  AdminAnswer answer = error_answer(405, request.path + " takes " + allowed);
  answer.allow = allowed;
  reply(std::move(answer));
}

void Admin::get_metrics(const AdminRequest&, const AdminServer::Reply& reply) {
  reply({200, "text/plain; version=0.0.4; charset=utf-8", agent_.metrics_page(), {}});
}

void Admin::get_health(const AdminRequest&, const AdminServer::Reply& reply) {
  const auto wrong = problems();
  reply({200,
         "application/json",
         Object().text("status", wrong.empty() ? "ok" : "degraded")
                 .raw("problems", list_of(wrong))
                 .end() +
             "\n",
         {}});
}

void Admin::get_ready(const AdminRequest&, const AdminServer::Reply& reply) {
  const auto not_yet = missing();
  reply({not_yet.empty() ? 200U : 503U,
         "application/json",
         Object().flag("ready", not_yet.empty())
                 .number("generation", agent_.life.view().generation)
                 .raw("missing", list_of(not_yet))
                 .end() +
             "\n",
         {}});
}

void Admin::get_status(const AdminRequest&, const AdminServer::Reply& reply) {
  reply({200, "application/json", status(), {}});
}

void Admin::post_reload(const AdminRequest&, const AdminServer::Reply& reply) {
  agent_.reload([this, reply](const Status& done) {
    if (!done.ok()) return reply(error_answer(409, done.error().message));
    reply({200,
           "application/json",
           Object().number("generation", agent_.life.view().generation).end() + "\n",
           {}});
  });
}

void Admin::post_flush(const AdminRequest&, const AdminServer::Reply& reply) {
  agent_.flush();
  reply({202, "application/json", "{\"flushing\":true}\n", {}});
}

void Admin::get_log_level(const AdminRequest&, const AdminServer::Reply& reply) {
  reply(text_answer(std::string(log_level_name(log_level())) + "\n"));
}

void Admin::put_log_level(const AdminRequest& request, const AdminServer::Reply& reply) {
  const auto level = log_level_of(trimmed(request.body));
  if (!level) return reply(error_answer(400, "the body is error, warn, info, debug or trace"));
  set_log_level(*level);
  Logger("agent").warn(std::string("the log level is ") + log_level_name(*level) +
                       " until the agent ends");
  reply(text_answer(std::string(log_level_name(*level)) + "\n"));
}

}  // namespace weir::runtime
