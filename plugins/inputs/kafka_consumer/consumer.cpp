#include "plugins/inputs/kafka_consumer/consumer.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <exception>
#include <utility>

#include "plugins/inputs/kafka_consumer/metrics.hpp"

namespace weir::kafka_consumer {
namespace {

constexpr std::int64_t ms_ns = 1'000'000;
constexpr std::int64_t second_ns = 1000 * ms_ns;
constexpr std::int64_t step_max_ns = second_ns;
constexpr std::int64_t commit_pause_ns = 100 * ms_ns;
// Members that go on reading while the group shares anew: a commit then waits behind the request to join, is refused, and
// costs all partitions. Few commits seldom meet that.
constexpr std::int64_t cooperative_commit_pause_ns = second_ns;
constexpr std::int64_t join_max_ns = 30 * second_ns;
constexpr std::int64_t look_for_topics_ns = 300 * second_ns;
constexpr std::int64_t look_for_first_ns = 5 * second_ns;
constexpr int topics_timeout_ms = 2000;
// How long partitions that are taken away wait for what is on its way.
constexpr std::int64_t leave_wait_ns = 5 * second_ns;
constexpr int commit_timeout_ms = 3000;
constexpr std::int64_t dead_pause_ns = 10 * second_ns;
constexpr int close_step_ms = 20;

std::int64_t steady_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

int ms_until(std::int64_t deadline_ns) {
  return static_cast<int>(std::clamp<std::int64_t>((deadline_ns - steady_ns()) / ms_ns, 0, 60'000));
}

// The group went on without this member, or has begun to share anew while the commit was on its way. The library then
// gives all partitions up, and joins again.
bool is_fenced(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ||
         error == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID;
}

}  // namespace

Consumer::Consumer(host home, const ConsumerSettings& settings, const Topics& topics)
    : home_(home), settings_(settings), topics_(topics) {
  open();
}
Consumer::~Consumer() {
  partitions_.clear();
  events_.reset();
}

void Consumer::open() {
  kafka::Conf conf = kafka::make_conf(settings_.client);
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_rebalance_cb(conf.get(), on_rebalance);
  rd_kafka_conf_set_offset_commit_cb(conf.get(), on_commit);
  rd_kafka_conf_set_log_cb(conf.get(), on_log);
  client_.reset(kafka::make_client(RD_KAFKA_CONSUMER, std::move(conf)));
  if (settings_.token) kafka::set_token(client_.get(), *settings_.token);
  rd_kafka_poll_set_consumer(client_.get());
  events_.reset(rd_kafka_queue_get_consumer(client_.get()));
  rd_kafka_queue_io_event_enable(events_.get(), bell_.descriptor(), &Doorbell::once,
                                 sizeof Doorbell::once);
  subscribed_.clear();
  next_look_ns_ = 0;
  commit_open_ = closing_ = dead_ = fenced_ = false;
  assigns_awaited_ = 0;
}

std::string Consumer::unreachable(int timeout_ms) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const rd_kafka_resp_err_t error =
      rd_kafka_metadata(client_.get(), 0, nullptr, &metadata, timeout_ms);
  if (metadata != nullptr) rd_kafka_metadata_destroy(metadata);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR ? "" : rd_kafka_err2str(error);
}

void Consumer::start() {
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void Consumer::stop(std::int64_t deadline_ns) {
  deadline_ns_ = deadline_ns;
  stopping_ = true;
  bell_.ring();
  if (thread_.joinable()) thread_.join();
}

void Consumer::acknowledge(std::uint64_t cookie, bool safe) {
  {
    const std::lock_guard lock(mutex_);
    mail_.acks.push_back({cookie, safe});
  }
  bell_.ring();
}

void Consumer::resume(std::uint32_t lane) {
  {
    const std::lock_guard lock(mutex_);
    mail_.lanes.push_back(lane);
  }
  bell_.ring();
}

// ---- the thread ----

void Consumer::run() {
  while (!stopping_) {
    try {
      bell_.wait(step());
    } catch (const std::exception& why) {
      home_.error(std::string("messages could not be read: ") + why.what() + "; it is tried again");
      bell_.wait(static_cast<int>(second_ns / ms_ns));
    }
  }
  end();
}

// Returns how long to wait.
int Consumer::step() {
  if (!client_) open();
  take_mail();
  serve();
  const std::int64_t now = steady_ns();
  if (leaving_ && (now >= leaving_->deadline_ns || nothing_open(*leaving_->partitions))) let_go();
  if (dead_) {
    close(now);
    return static_cast<int>(dead_pause_ns / ms_ns);
  }
  subscribe_if_due(now);
  const bool more = read_all();
  commit_if_due(now);
  home_.gauge(messages_undelivered, undelivered());
  return more ? 0 : timeout_ms(now);
}

int Consumer::timeout_ms(std::int64_t now_ns) const {
  std::int64_t wait = step_max_ns;
  if (leaving_) wait = std::min(wait, leaving_->deadline_ns - now_ns);
  if (!commit_open_) wait = std::min(wait, std::max(next_commit_ns_ - now_ns, commit_pause_ns));
  const std::int64_t wall_ns = home_.now();
  for (const auto& [lane, p] : partitions_) {
    if (p->due_ns() != 0) wait = std::min(wait, p->due_ns() - wall_ns);
  }
  return static_cast<int>(std::max<std::int64_t>(wait / ms_ns, 0) + 1);
}

void Consumer::take_mail() {
  {
    const std::lock_guard lock(mutex_);
    std::swap(mail_, opened_);
  }
  const std::int64_t now = home_.now();
  for (const Mail::Ack& ack : opened_.acks) {
    const auto at = partitions_.find(lane_of(ack.cookie));
    if (at != partitions_.end()) at->second->acknowledge(batch_of(ack.cookie), ack.safe, now);
  }
  for (const std::uint32_t lane : opened_.lanes) {
    const auto at = partitions_.find(lane);
    if (at != partitions_.end()) at->second->resume();
  }
  opened_.acks.clear();
  opened_.lanes.clear();
}

void Consumer::serve() {
  while (rd_kafka_message_t* const m = rd_kafka_consumer_poll(client_.get(), 0)) {
    report(*m);
    rd_kafka_message_destroy(m);
  }
  char why[512] = "";
  if (rd_kafka_fatal_error(client_.get(), why, sizeof why) == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  if (!std::exchange(dead_, true)) {
    home_.error(std::string("the Kafka client cannot go on (") + why + "): a new one is made");
  }
}

void Consumer::report(const rd_kafka_message_t& message) {
  const char* topic = message.rkt == nullptr ? "" : rd_kafka_topic_name(message.rkt);
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    // Before the queues were apart; nothing is committed behind it, so that it comes again.
    home_.debug(std::string("a message of ") + topic + " came on no queue of its own");
    return;
  }
  home_.warn(std::string(topic) + (*topic == '\0' ? "" : ": ") + rd_kafka_message_errstr(&message));
}

// Each partition in turn, beginning behind the one that was read last when the messages that may be on their way ran out.
bool Consumer::read_all() {
  if (fenced_) return false;
  const std::int64_t now = home_.now();
  const bool frugal = partitions_.size() * settings_.prefetch_bytes > settings_.share_bytes;
  const std::uint64_t half = std::max<std::uint64_t>(settings_.undelivered_max / 2, 1);
  bool more = false;
  auto at = partitions_.upper_bound(last_read_);
  for (std::size_t i = 0; i < partitions_.size(); ++i, ++at) {
    if (at == partitions_.end()) at = partitions_.begin();
    const std::uint64_t open = undelivered();
    if (open >= settings_.undelivered_max) return false;
    // Half of them, so that reading goes on while the other half is on its way.
    more = at->second->read(std::min(settings_.undelivered_max - open, half), now) || more;
    at->second->pause_if_blocked(frugal);
    last_read_ = at->first;
  }
  return more;
}

std::uint64_t Consumer::undelivered() const {
  std::uint64_t n = 0;
  for (const auto& [lane, p] : partitions_) n += p->undelivered();
  return n;
}

// ---- topics ----

void Consumer::subscribe_if_due(std::int64_t now_ns) {
  if (now_ns < next_look_ns_) return;
  const std::vector<std::string> wanted =
      topics_.wanted(topics_.has_patterns() ? topics_there() : std::vector<std::string>{});
  next_look_ns_ = now_ns + (wanted.empty() ? look_for_first_ns : look_for_topics_ns);
  if (wanted.empty()) home_.warn("no topic matches topic_regexps yet; it is looked for again");
  if (wanted != subscribed_) subscribe(wanted);
}

std::vector<std::string> Consumer::topics_there() {
  const rd_kafka_metadata_t* metadata = nullptr;
  std::vector<std::string> names;
  if (rd_kafka_metadata(client_.get(), 1, nullptr, &metadata, topics_timeout_ms) !=
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    return subscribed_;
  }
  names.reserve(static_cast<std::size_t>(metadata->topic_cnt));
  for (int i = 0; i < metadata->topic_cnt; ++i) names.emplace_back(metadata->topics[i].topic);
  rd_kafka_metadata_destroy(metadata);
  return names;
}

void Consumer::subscribe(const std::vector<std::string>& names) {
  const List list(rd_kafka_topic_partition_list_new(static_cast<int>(names.size())));
  for (const std::string& name : names) {
    rd_kafka_topic_partition_list_add(list.get(), name.c_str(), RD_KAFKA_PARTITION_UA);
  }
  check(names.empty() ? rd_kafka_unsubscribe(client_.get())
                      : rd_kafka_subscribe(client_.get(), list.get()),
        "the topics could not be subscribed to");
  subscribed_ = names;
  home_.info("reads topics: " + kafka::joined(names));
}

// ---- rebalance ----

void Consumer::on_log(const rd_kafka_t* client, int level, const char*, const char* text) {
  const auto* me = static_cast<const Consumer*>(rd_kafka_opaque(client));
  if (me != nullptr) kafka::log_line(me->home_, level, text);
}

void Consumer::on_rebalance(rd_kafka_t*, rd_kafka_resp_err_t what,
                            rd_kafka_topic_partition_list_t* partitions, void* me) {
  auto& self = *static_cast<Consumer*>(me);
  self.home_.count(rebalances);
  self.fenced_ = false;
  self.let_go();
  if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    if (self.assigns_awaited_ != 0) --self.assigns_awaited_;
    self.assign(*partitions);
  } else {
    self.revoke(*partitions);
  }
  self.home_.gauge(partitions_assigned, self.partitions_.size());
}

bool Consumer::cooperative() const {
  const char* protocol = rd_kafka_rebalance_protocol(client_.get());
  return protocol != nullptr && std::strcmp(protocol, "COOPERATIVE") == 0;
}

void Consumer::assign(const rd_kafka_topic_partition_list_t& partitions) {
  for (int i = 0; i < partitions.cnt && !closing_; ++i) {
    const auto& p = partitions.elems[i];
    if (find(p) != nullptr) continue;
    const std::uint32_t lane = ++last_lane_;
    partitions_[lane] = std::make_unique<Partition>(home_, settings_.read, client_.get(), bell_,
                                                    Place{p.topic, p.partition, lane});
  }
  if (cooperative()) {
    check(rd_kafka_incremental_assign(client_.get(), &partitions), "partitions were not taken");
  } else {
    check(rd_kafka_assign(client_.get(), &partitions), "partitions were not taken");
  }
}

void Consumer::revoke(const rd_kafka_topic_partition_list_t& partitions) {
  for (int i = 0; i < partitions.cnt; ++i) {
    if (Partition* const p = find(partitions.elems[i])) p->leave();
  }
  leaving_ =
      Leaving{List(rd_kafka_topic_partition_list_copy(&partitions)), steady_ns() + leave_wait_ns};
  // Lost ones are another's already, and a commit of them would be refused.
  if (closing_ || rd_kafka_assignment_lost(client_.get()) != 0) let_go();
}

bool Consumer::nothing_open(const rd_kafka_topic_partition_list_t& partitions) const {
  for (int i = 0; i < partitions.cnt; ++i) {
    const Partition* const p = find(partitions.elems[i]);
    if (p != nullptr && p->undelivered() != 0) return false;
  }
  return true;
}

// Ends what revoke() began.
void Consumer::let_go() {
  if (!leaving_) return;
  const Leaving gone = std::move(*leaving_);
  leaving_.reset();
  if (rd_kafka_assignment_lost(client_.get()) == 0) commit_now(commit_timeout_ms);
  drop(*gone.partitions);
  if (cooperative()) {
    check(rd_kafka_incremental_unassign(client_.get(), gone.partitions.get()),
          "partitions were not given back");
    // Now comes what this generation gives, then the group shares anew what was given back, and gives that.
    assigns_awaited_ = 2;
    join_deadline_ns_ = steady_ns() + join_max_ns;
  } else {
    check(rd_kafka_assign(client_.get(), nullptr), "partitions were not given back");
  }
  home_.gauge(partitions_assigned, partitions_.size());
}

void Consumer::drop(const rd_kafka_topic_partition_list_t& partitions) {
  for (int i = 0; i < partitions.cnt; ++i) {
    const Partition* const p = find(partitions.elems[i]);
    if (p == nullptr) continue;
    const std::uint32_t lane = p->lane();
    partitions_.erase(lane);
    home_.lane_close(lane);
  }
}

Partition* Consumer::find(const rd_kafka_topic_partition_t& of) const {
  const auto at = std::find_if(partitions_.begin(), partitions_.end(),
                               [&](const auto& one) { return one.second->is(of); });
  return at == partitions_.end() ? nullptr : at->second.get();
}

void Consumer::check(rd_kafka_error_t* failed, const char* what) const {
  if (failed == nullptr) return;
  home_.warn(std::string(what) + ": " + rd_kafka_error_string(failed));
  rd_kafka_error_destroy(failed);
}
void Consumer::check(rd_kafka_resp_err_t failed, const char* what) const {
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) {
    home_.warn(std::string(what) + ": " + rd_kafka_err2str(failed));
  }
}

// ---- commits ----

// Null where there is nothing to commit. What is in it counts as committed, until it fails.
Consumer::List Consumer::uncommitted() const {
  List list;
  for (const auto& [lane, p] : partitions_) {
    const auto offset = p->to_commit();
    if (!offset) continue;
    if (!list) list.reset(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(list.get(), p->topic().c_str(), p->number())->offset =
        *offset;
    p->committing(*offset);
  }
  return list;
}

void Consumer::commit_if_due(std::int64_t now_ns) {
  const bool joining = assigns_awaited_ != 0 && now_ns < join_deadline_ns_;
  if (commit_open_ || joining || now_ns < next_commit_ns_) return;
  const List list = uncommitted();
  if (!list) return;
  const rd_kafka_resp_err_t error = rd_kafka_commit(client_.get(), list.get(), 1);
  commit_open_ = error == RD_KAFKA_RESP_ERR_NO_ERROR;
  next_commit_ns_ = now_ns + (cooperative() ? cooperative_commit_pause_ns : commit_pause_ns);
  if (!commit_open_) committed(error, *list);
}

void Consumer::on_commit(rd_kafka_t*, rd_kafka_resp_err_t error,
                         rd_kafka_topic_partition_list_t* partitions, void* me) {
  auto& self = *static_cast<Consumer*>(me);
  self.commit_open_ = false;
  if (partitions != nullptr) self.committed(error, *partitions);
}

void Consumer::committed(rd_kafka_resp_err_t error,
                         const rd_kafka_topic_partition_list_t& partitions) {
  rd_kafka_resp_err_t worst = error;
  for (int i = 0; i < partitions.cnt; ++i) {
    const auto& p = partitions.elems[i];
    const rd_kafka_resp_err_t one = error == RD_KAFKA_RESP_ERR_NO_ERROR ? p.err : error;
    if (one == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    worst = one;
    if (Partition* const mine = find(p)) mine->commit_again();
  }
  if (worst == RD_KAFKA_RESP_ERR_NO_ERROR) return home_.count(commits);
  next_commit_ns_ = steady_ns() + second_ns;
  const std::string text = std::string("offsets were not committed: ") + rd_kafka_err2str(worst);
  fenced_ = fenced_ || is_fenced(worst);
  if (fenced_ || worst == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS) {
    home_.debug(text);
  } else {
    home_.warn(text + "; it is tried again");
  }
}

// All that is safe, and waits for the answer. Also what a commit on its way has: that one may fail yet.
void Consumer::commit_now(int timeout_ms) {
  for (const auto& [lane, p] : partitions_) p->commit_again();
  const List list = uncommitted();
  if (!list) return;
  const Queue answers(rd_kafka_queue_new(client_.get()));
  const rd_kafka_resp_err_t error =
      rd_kafka_commit_queue(client_.get(), list.get(), answers.get(), nullptr, nullptr);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return committed(error, *list);
  rd_kafka_event_t* const answer = rd_kafka_queue_poll(answers.get(), timeout_ms);
  if (answer == nullptr) return committed(RD_KAFKA_RESP_ERR__TIMED_OUT, *list);
  committed(rd_kafka_event_error(answer), *list);
  rd_kafka_event_destroy(answer);
}

// ---- the end ----

void Consumer::end() {
  if (!client_) return;
  const std::int64_t begin = steady_ns();
  // A quarter of the time is left to commit and to leave the group.
  const std::int64_t time = std::clamp<std::int64_t>(deadline_ns_ - begin, 0, 10 * second_ns);
  const std::int64_t wait_until = begin + time / 4 * 3;
  for (const auto& [lane, p] : partitions_) p->leave();
  take_mail();
  while (undelivered() != 0 && steady_ns() < wait_until) {
    bell_.wait(std::min(ms_until(wait_until) + 1, static_cast<int>(step_max_ns / ms_ns)));
    take_mail();
    serve();
  }
  close(begin + time);
}

void Consumer::close(std::int64_t deadline_ns) {
  closing_ = true;
  let_go();
  commit_now(std::max(ms_until(deadline_ns), close_step_ms));
  check(rd_kafka_consumer_close_queue(client_.get(), events_.get()), "the group was not left");
  while (rd_kafka_consumer_closed(client_.get()) == 0) {
    rd_kafka_queue_poll_callback(events_.get(), close_step_ms);
    if (ms_until(deadline_ns) == 0) break;
  }
  leaving_.reset();
  for (const auto& [lane, p] : partitions_) home_.lane_close(lane);
  partitions_.clear();
  events_.reset();
  client_.reset();
}

}  // namespace weir::kafka_consumer
