#include "plugins/inputs/kafka_consumer/partition.hpp"

#include <algorithm>
#include <utility>

#include "plugins/inputs/kafka_consumer/metrics.hpp"

namespace weir::kafka_consumer {
namespace {

constexpr std::int64_t ms_ns = 1'000'000;
constexpr std::int64_t back_off_first_ns = 1000 * ms_ns;
constexpr std::int64_t back_off_max_ns = 60 * back_off_first_ns;
constexpr std::int64_t no_memory_pause_ns = 100 * ms_ns;

std::vector<RecordBlock::Tag> topic_tags(const std::string& key, const std::string& topic) {
  if (key.empty()) return {};
  return {{key, topic}};
}

struct ListFree {
  void operator()(rd_kafka_topic_partition_list_t* l) const {
    rd_kafka_topic_partition_list_destroy(l);
  }
};
using List = std::unique_ptr<rd_kafka_topic_partition_list_t, ListFree>;

List list_of(const std::string& topic, std::int32_t number, std::int64_t offset) {
  List one(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(one.get(), topic.c_str(), number)->offset = offset;
  return one;
}

std::string_view payload_of(const rd_kafka_message_t& m) {
  return {static_cast<const char*>(m.payload), m.len};
}

}  // namespace

Partition::Partition(host home, const ReadSettings& settings, rd_kafka_t* client,
                     const Doorbell& bell, const Place& place)
    : home_(home),
      settings_(settings),
      client_(client),
      topic_(place.topic),
      number_(place.number),
      lane_(place.lane),
      queue_(rd_kafka_queue_get_partition(client, topic_.c_str(), number_)),
      block_(topic_tags(settings.topic_tag, topic_)) {
  if (!queue_) throw retry("no queue for a partition of " + topic_);
  rd_kafka_queue_forward(queue_.get(), nullptr);
  rd_kafka_queue_io_event_enable(queue_.get(), bell.descriptor(), &Doorbell::once,
                                 sizeof Doorbell::once);
}

Partition::~Partition() {
  forget_pending();
  rd_kafka_queue_io_event_enable(queue_.get(), -1, nullptr, 0);
}

void Partition::forget_pending() {
  for (std::size_t i = sent_; i < taken_.size(); ++i) rd_kafka_message_destroy(taken_[i]);
  taken_.clear();
  sent_ = 0;
}

// ---- reading ----

bool Partition::read(std::uint64_t room, std::int64_t now_ns) {
  if (leaving_ || blocked_ || now_ns < due_ns_) return false;
  due_ns_ = 0;
  if (read_again_ >= 0) seek(std::exchange(read_again_, -1));
  if (sent_ == taken_.size()) {
    const std::uint64_t fitting = piece_bytes / message_bytes_ + 1;
    take(std::min({room, std::uint64_t{records_max}, fitting}));
  }
  if (sent_ == taken_.size()) return false;
  return send() == Sent::all;
}

void Partition::take(std::size_t n) {
  fresh_.resize(n);
  const ssize_t got = rd_kafka_consume_batch_queue(queue_.get(), 0, fresh_.data(), n);
  fresh_.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  taken_.clear();
  sent_ = 0;
  for (rd_kafka_message_t* m : fresh_) keep(m);
  if (taken_.empty() && next_ > sent_next_) {
    offsets_.skipped(next_);
    sent_next_ = next_;
  }
}

// Of what the library gives, messages with something in them stay.
void Partition::keep(rd_kafka_message_t* message) {
  const bool is_message = message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
  if (is_message) next_ = message->offset + 1;
  const std::uint64_t limit = settings_.message_bytes_max;
  if (!is_message) {
    home_.warn(topic_ + "[" + std::to_string(number_) + "]: " + rd_kafka_message_errstr(message));
  } else if (limit != 0 && message->len > limit) {
    refuse(*message);
  } else if (message->payload != nullptr) {  // else it marks its key as deleted
    taken_.push_back(message);
    return;
  }
  rd_kafka_message_destroy(message);
}

void Partition::refuse(const rd_kafka_message_t& message) {
  const std::string why =
      topic_ + "[" + std::to_string(number_) + "]: the message at offset " +
      std::to_string(message.offset) + " has " + std::to_string(message.len) +
      " bytes, more than max_message_len = " + std::to_string(settings_.message_bytes_max);
  weir_bad bad{};
  bad.size = sizeof bad;
  bad.count = 1;
  bad.reason = borrow(why);
  home_.bad(0, bad);
}

Partition::Sent Partition::send() {
  const std::size_t end = fill_block(home_.now());
  const Source source{topic_, static_cast<std::uint32_t>(number_), taken_[sent_]->offset,
                      end == taken_.size() ? next_ : taken_[end]->offset};
  emit_options where;
  where.lane = lane_;
  weir_buf buf{};
  const weir_status got = home_.take(where, block_.bytes(source), buf);
  if (got != WEIR_OK) {
    blocked_ = got != WEIR_E_NOMEM;
    if (!blocked_) due_ns_ = home_.now() + no_memory_pause_ns;
    return Sent::blocked;
  }
  block_.write(buf.data, source);
  const std::uint32_t records = block_.size();
  where.cookie = cookie_of(lane_, offsets_.next_number());
  if (home_.send(where, buf) != WEIR_OK) {  // The agent stops: they are read again by the next one.
    leave();
    return Sent::blocked;
  }
  offsets_.emitted(source.first, source.next, records);
  std::uint64_t bytes = 0;
  for (; sent_ < end; ++sent_) {
    bytes += taken_[sent_]->len;
    rd_kafka_message_destroy(taken_[sent_]);
  }
  sent_next_ = source.next;
  message_bytes_ = bytes / records + 1;
  home_.count(messages_read, records);
  home_.count(bytes_read, bytes);
  return Sent::all;
}

// The block gets as many messages as fit into a piece, at least one. Returns where they end.
std::size_t Partition::fill_block(std::int64_t now_ns) {
  block_.clear();
  std::uint64_t bytes = 0;
  std::size_t end = sent_;
  while (end < taken_.size() && (end == sent_ || bytes + taken_[end]->len <= piece_bytes)) {
    bytes += taken_[end]->len;
    add(*taken_[end++], now_ns);
  }
  return end;
}

void Partition::add(const rd_kafka_message_t& message, std::int64_t now_ns) {
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  std::int64_t time_ns = now_ns;
  if (settings_.time == TimeSource::message) {
    const std::int64_t ms = rd_kafka_message_timestamp(&message, &type);
    if (type != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE) time_ns = ms * ms_ns;
  }
  block_.add(payload_of(message), time_ns);
  if (type != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE) block_.fix_time();
  if (!settings_.headers_as_tags.empty() || !settings_.header_as_name.empty()) {
    add_headers(message);
  }
}

void Partition::add_headers(const rd_kafka_message_t& message) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t n = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &n) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    const std::string_view key(name);
    const std::string_view text(value == nullptr ? "" : static_cast<const char*>(value), n);
    const auto& wanted = settings_.headers_as_tags;
    if (key == settings_.header_as_name) {
      block_.name(text);
    } else if (std::find(wanted.begin(), wanted.end(), key) != wanted.end()) {
      block_.tag(key, text);
    }
  }
}

// ---- holding back ----

void Partition::pause_if_blocked(bool frugal) {
  if (blocked_ && frugal && !paused_) set_paused(true);
}

void Partition::resume() {
  blocked_ = false;
  if (paused_) set_paused(false);
}

void Partition::set_paused(bool yes) {
  paused_ = yes;
  const List one = list_of(topic_, number_, next_);
  if (!yes) {
    rd_kafka_resume_partitions(client_, one.get());
    return;
  }
  rd_kafka_pause_partitions(client_, one.get());
  home_.count(pauses);
}

void Partition::leave() {
  leaving_ = true;
  forget_pending();
}

// ---- what becomes of it ----

void Partition::acknowledge(std::uint64_t batch, bool safe, std::int64_t now_ns) {
  if (safe) {
    back_off_ns_ = 0;
    return offsets_.safe(batch);
  }
  const std::uint64_t before = offsets_.open_records();
  const auto again = offsets_.refused(batch);
  home_.count(messages_refused, before - offsets_.open_records());
  if (!again || leaving_) return;
  forget_pending();
  back_off_ns_ = std::clamp(back_off_ns_ * 2, back_off_first_ns, back_off_max_ns);
  due_ns_ = now_ns + back_off_ns_;
  read_again_ = *again;
}

void Partition::seek(std::int64_t offset) {
  const List one = list_of(topic_, number_, offset);
  rd_kafka_error_t* const failed = rd_kafka_seek_partitions(client_, one.get(), 0);
  if (failed == nullptr) {
    next_ = sent_next_ = offset;
    return;
  }
  home_.warn(topic_ + "[" + std::to_string(number_) + "]: cannot go back to what was lost: " +
             rd_kafka_error_string(failed) + "; it is tried again");
  rd_kafka_error_destroy(failed);
  read_again_ = offset;
  due_ns_ = home_.now() + back_off_first_ns;
}

std::optional<std::int64_t> Partition::to_commit() const {
  return offsets_.position() == committed_ ? std::nullopt : offsets_.position();
}

}  // namespace weir::kafka_consumer
