#include "plugins/inputs/mqtt_consumer/subscriber.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "plugins/inputs/mqtt_consumer/metrics.hpp"

namespace weir::mqtt_consumer {
namespace {

constexpr std::int64_t ms_ns = 1'000'000;
constexpr std::int64_t second_ns = 1000 * ms_ns;
constexpr std::int64_t wait_max_ns = second_ns;
constexpr std::int64_t loss_back_off_max_ns = 60 * second_ns;
constexpr std::uint16_t subscribe_id = 1;
constexpr std::uint32_t lane = 1;
constexpr std::size_t message_bytes_max = std::size_t{3} << 20U;
constexpr int goodbye_ms = 200;

std::int64_t steady_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

emit_options on_lane() {
  emit_options o;
  o.lane = lane;
  return o;
}

}  // namespace

Subscriber::Subscriber(host home, const SubscriberSettings& settings,
                       const std::vector<TopicParser>& parsers, const common::TlsClient* tls)
    : home_(home), settings_(settings), parsers_(parsers), tls_(tls) {}

void Subscriber::start() {
  if (thread_.joinable()) return;
  connect();
  thread_ = std::thread([this] { run(); });
}

void Subscriber::stop(std::int64_t deadline_ns) {
  deadline_ns_ = deadline_ns;
  stopping_ = true;
  bell_.ring();
  if (thread_.joinable()) thread_.join();
}

void Subscriber::acknowledge(std::uint64_t batch, bool safe) {
  {
    const std::lock_guard lock(mutex_);
    mail_.push_back({batch, safe});
  }
  bell_.ring();
}

void Subscriber::resume() {
  {
    const std::lock_guard lock(mutex_);
    room_ = true;
  }
  bell_.ring();
}

// ---- the connection ----

void Subscriber::connect() {
  auto made = std::make_unique<mqtt::Connection>(settings_.connection, tls_);
  const bool known = made->session_present();
  if (!known) undelivered_.session_is_new();
  if (!known || settings_.connection.connect.clean) {
    mqtt::write_subscribe(made->out(), subscribe_id, settings_.topics, settings_.qos,
                          made->version());
    made->flush();
  }
  connection_ = std::move(made);
  home_.count(connections);
  if (known && !settings_.connection.connect.clean) {
    home_.info("reads topics of " + connection_->server().text + ": the session was kept");
  }
}

void Subscriber::drop(const std::string& why) {
  connection_.reset();
  back_off_ns_ =
      std::clamp(back_off_ns_ * 2, second_ns, std::max(settings_.reconnect_max_ns, second_ns));
  connect_due_ns_ = steady_ns() + back_off_ns_;
  home_.warn(why + "; the next try is in " + std::to_string(back_off_ns_ / second_ns) + " s");
}

// ---- the thread ----

void Subscriber::run() {
  while (!stopping_) {
    try {
      step();
    } catch (const std::exception& why) {
      drop(why.what());
    }
    if (!stopping_) wait();
  }
  try {
    end();
  } catch (const std::exception& why) {
    home_.warn(std::string("the last messages may come again: ") + why.what());
  }
}

void Subscriber::step() {
  if (!connection_ && steady_ns() >= connect_due_ns_) connect();
  take_mail();
  if (connection_) serve();
  home_.gauge(messages_undelivered, undelivered_.messages());
}

void Subscriber::wait() {
  const std::int64_t now = steady_ns();
  std::int64_t due = now + wait_max_ns;
  if (!connection_) {
    bell_.wait(
        static_cast<int>(std::clamp<std::int64_t>((connect_due_ns_ - now) / ms_ns + 1, 1, 1000)));
    return;
  }
  due = std::min(due, connection_->keep_alive_due_ns());
  const int events = (may_read() ? POLLIN : 0) | (connection_->has_unsent() ? POLLOUT : 0);
  // One whose end is all there is to hear of is not listened to.
  bell_.wait(events == 0 ? -1 : connection_->link().descriptor(), static_cast<short>(events),
             static_cast<int>(std::max<std::int64_t>((due - now) / ms_ns, 0) + 1));
}

void Subscriber::take_mail() {
  bool room = false;
  {
    const std::lock_guard lock(mutex_);
    std::swap(mail_, acks_);
    room = std::exchange(room_, false);
  }
  if (room) blocked_ = false;
  for (const Ack& ack : acks_) settle(ack);
  acks_.clear();
}

void Subscriber::settle(const Ack& ack) {
  if (ack.safe) {
    loss_back_off_ns_ = 0;
    for (const Undelivered::Answer& a : undelivered_.safe(ack.batch)) answer(a.type, a.id);
    return;
  }
  const std::uint64_t before = undelivered_.messages();
  undelivered_.refused(ack.batch);
  home_.count(messages_refused, before - undelivered_.messages());
  // A session that lasts gives them again at the next connection; another one would lose them.
  if (settings_.connection.connect.clean || loss_due_ns_ != 0) return;
  loss_back_off_ns_ = std::clamp(loss_back_off_ns_ * 2, second_ns, loss_back_off_max_ns);
  loss_due_ns_ = steady_ns() + loss_back_off_ns_;
}

// Without a connection it is left to the next one: the broker sends the message again, and nothing is known of it.
void Subscriber::answer(mqtt::Type type, std::uint16_t id) {
  if (connection_) mqtt::write_answer(connection_->out(), type, id);
}

void Subscriber::serve() {
  const std::int64_t now = steady_ns();
  if (loss_due_ns_ != 0 && now >= loss_due_ns_) {
    loss_due_ns_ = 0;
    connection_->close(goodbye_ms);
    connection_.reset();
    return;
  }
  emit();
  while (may_read() && read_some()) emit();
  emit();
  connection_->flush();
  connection_->keep_alive(now, may_read());
  if (may_read()) back_off_ns_ = 0;
}

bool Subscriber::may_read() {
  return !blocked_ && !stopping_ && undelivered_.messages() < settings_.undelivered_max;
}

// Packets up to the end of a batch, or of what may be read. False: there is nothing more now.
bool Subscriber::read_some() {
  while (may_read() && rows_.size() < batch_messages && row_bytes_ < batch_bytes) {
    if (const auto packet = connection_->next()) {
      handle(*packet);
    } else if (!connection_->receive()) {
      return false;
    }
  }
  return true;
}

void Subscriber::handle(const mqtt::Packet& packet) {
  if (settings_.trace) {
    home_.debug("received a packet of type " + std::to_string(static_cast<int>(packet.type)) +
                ", " + std::to_string(packet.body.size()) + " bytes");
  }
  switch (packet.type) {
    case mqtt::Type::publish: return take(packet);
    case mqtt::Type::suback: return check_topics(packet);
    case mqtt::Type::pubrel: {
      const std::uint16_t id = mqtt::read_answer(packet, connection_->version()).id;
      undelivered_.released(id);
      return answer(mqtt::Type::pubcomp, id);
    }
    case mqtt::Type::disconnect:
      throw retry("the broker ends the connection: " +
                  mqtt::describe_reason(mqtt::read_disconnect(packet), connection_->version()));
    default: return;
  }
}

void Subscriber::check_topics(const mqtt::Packet& packet) {
  const auto got = mqtt::read_suback(packet, connection_->version());
  home_.info("reads topics of " + connection_->server().text);
  for (std::size_t i = 0; i < got.reasons.size() && i < settings_.topics.size(); ++i) {
    const auto reason = static_cast<std::uint8_t>(got.reasons[i]);
    if (reason < 0x80) continue;
    home_.error("the broker refuses the topic \"" + settings_.topics[i] +
                "\": " + mqtt::describe_reason(reason, mqtt::Version::v5));
  }
}

void Subscriber::take(const mqtt::Packet& packet) {
  const mqtt::Publish message = mqtt::read_publish(packet, connection_->version());
  if (message.qos != 0) {
    const auto known = undelivered_.known(message.id);
    if (known == Undelivered::Known::taken_over) answer(mqtt::Type::pubrec, message.id);
    if (known != Undelivered::Known::no) return;
  }
  try {
    add_row(message);
    undelivered_.add(message.id, message.qos);
  } catch (const error& x) {
    rows_.cancel_row();
    skip(message, x.what());
  }
}

void Subscriber::skip(const mqtt::Publish& message, const char* why) {
  weir_bad bad{};
  bad.size = sizeof bad;
  bad.count = 1;
  bad.reason = borrow(why);
  bad.excerpt = borrow(message.topic);
  home_.bad(0, bad);
  const Undelivered::Answer a = undelivered_.skip(message.id, message.qos);
  if (a.id != 0) answer(a.type, a.id);
}

void Subscriber::add_row(const mqtt::Publish& message) {
  if (message.payload.size() > message_bytes_max) throw fail("a message is too large for a batch");
  rows_.end_row();
  rows_.set_now(home_.now());
  rows_.raw(message.payload, WEIR_RAW_RECORD);
  if (!settings_.topic_tag.empty()) rows_.tag(settings_.topic_tag, message.topic);
  for (const TopicParser& parser : parsers_) parser.apply(message.topic, rows_);
  row_bytes_ += message.payload.size();
  home_.count(messages_read);
  home_.count(bytes_read, message.payload.size());
}

void Subscriber::emit() {
  if (rows_.empty() || blocked_) return;
  emit_options where = on_lane();
  weir_buf buf{};
  const weir_status got = home_.take(where, rows_.bytes(), buf);
  if (got == WEIR_E_NOMEM) return;  // It is tried again soon.
  blocked_ = got != WEIR_OK;
  if (blocked_) return;
  where.cookie = undelivered_.end_batch();
  rows_.seal(buf.data);
  row_bytes_ = 0;
  // Where the agent stops they are not acknowledged, and come again.
  if (home_.send(where, buf) != WEIR_OK) undelivered_.refused(where.cookie);
}

void Subscriber::end() {
  const std::int64_t begin = steady_ns();
  // A quarter of the time is left to say goodbye.
  const std::int64_t time = std::clamp<std::int64_t>(deadline_ns_ - begin, 0, 10 * second_ns);
  const std::int64_t wait_until = begin + time / 4 * 3;
  take_mail();
  while (connection_ && undelivered_.messages() != 0 && steady_ns() < wait_until) {
    connection_->flush();
    bell_.wait(static_cast<int>((wait_until - steady_ns()) / ms_ns) + 1);
    take_mail();
    emit();
  }
  if (connection_) connection_->close(goodbye_ms);
  connection_.reset();
  home_.lane_close(lane);
}

}  // namespace weir::mqtt_consumer
