#include "core/pipeline/spool.hpp"

#include <algorithm>
#include <utility>

#include "core/pipeline/queueing.hpp"
#include "core/pipeline/row_edit.hpp"
#include "core/pipeline/storage.hpp"

namespace weir::pipeline {
namespace {

using metrics::Drop;
using Append = queue::DiskQueue::Append;

constexpr std::int64_t retry_ns = 1'000'000'000;
// An entry is a batch of the output, but not so small that a file system call for each would be felt.
constexpr std::uint64_t entry_rows_least = 1000;
constexpr std::uint64_t cache_part = 2;
constexpr std::uint64_t unsynced_bytes_max = 8 << 20;

// An empty text where there is no state directory, and why.
std::string folder_of(Storage& storage, const config::OutputSettings& settings, std::string& why) {
  if (!settings.queue_directory.empty()) {
    return settings.queue_directory + "/" + settings.queue_name;
  }
  const auto state = storage.directory();
  if (!state.ok()) return why = state.error().message, std::string();
  return state.value() + "/queue/" + settings.queue_name;
}

// The rows as a block of their own, without what was not selected.
bool make_whole(queue::Parcel& rows, queue::Budget& budget) {
  const bool whole =
      rows.mask.empty() && rows.row0 == 0 && rows.n_rows == rows.block.batch()->n_rows;
  return whole || compact(rows, budget);
}

}  // namespace

std::unique_ptr<Spool> Spool::open(const Services& services, const config::OutputSettings& settings,
                                   Instance& instance, std::uint64_t share_bytes,
                                   std::string& why) {
  if (services.storage == nullptr) return why = "this agent keeps no state", nullptr;
  queue::DiskQueue::Settings s;
  s.directory = folder_of(*services.storage, settings, why);
  if (s.directory.empty()) return nullptr;
  s.owner = settings.queue_name;
  s.destination = settings.destination;
  s.max_bytes = static_cast<std::uint64_t>(settings.delivery.max_bytes);
  s.cache_bytes = share_bytes / cache_part;
  s.unsynced_bytes = settings.delivery.power ? std::min(unsynced_bytes_max, share_bytes / 4) : 0;
  queue::DiskQueue::Recovery found;
  auto disk = queue::DiskQueue::open(services.storage->disk(), services.budget, s, found);
  if (!disk.ok()) return why = disk.error().message, nullptr;
  for (const auto& remark : found.remarks) instance.log().warn("queue on disk: " + remark);
  if (found.records != 0) {
    instance.log().info(std::to_string(found.records) + " metrics wait on disk");
  }
  return std::make_unique<Spool>(
      Parts{services, settings, instance, std::move(disk).value(), share_bytes});
}

Spool::Spool(Parts parts)
    : services_(parts.services),
      node_(parts.instance.node()),
      log_(parts.instance.log()),
      disk_(std::move(parts.disk)),
      intake_(0, 0),
      untaken_(static_cast<std::int64_t>(disk_->records() + disk_->skipped())) {
  node_.created += disk_->records() + disk_->skipped();
  count_skipped_locked();
  adopt(parts.settings, parts.share_bytes);
}

void Spool::adopt(const config::OutputSettings& settings, std::uint64_t share_bytes) {
  {
    const std::lock_guard lock(mutex_);
    intake_.set_limits(static_cast<std::uint64_t>(settings.metric_buffer_limit), share_bytes / 2);
    entry_rows_ =
        std::max(static_cast<std::uint64_t>(settings.metric_batch_size), entry_rows_least);
    power_ = settings.delivery.power;
    commit_interval_ns_ = settings.delivery.commit_interval_ns;
  }
  const Status redirected = disk_->redirect(settings.destination);
  if (!redirected.ok()) log_.warn("the queue on disk: " + redirected.error().message);
}

// ---- in ---------------------------------------------------------------------------------------------------

bool Spool::fits(std::uint64_t rows, std::uint64_t bytes) const {
  const std::lock_guard lock(mutex_);
  return intake_.fits(rows, bytes, writing_rows_);
}

void Spool::push(queue::Parcel rows) {
  const std::lock_guard lock(mutex_);
  intake_.push(std::move(rows));
  kick_locked();
}

void Spool::kick_locked() {
  if (writer_runs_ || ended_ || retry_timer_ != 0 || intake_.empty()) return;
  writer_runs_ = true;
  services_.blocking.post(tasks_.wrap([this] { write_some(); }));
}

// ---- the writer -------------------------------------------------------------------------------------------

void Spool::write_some() {
  constexpr int entries_per_turn = 16;
  for (int i = 0; i < entries_per_turn; ++i) {
    const Written written = write_one();
    if (written == Written::yes) continue;
    if (written == Written::later) wait_and_try_again();
    return on_change_();
  }
  on_change_();
  services_.blocking.post_next(tasks_.wrap([this] { write_some(); }));
}

Spool::Written Spool::write_one() {
  queue::Parcel rows;
  {
    const std::lock_guard lock(mutex_);
    rows = ended_ ? queue::Parcel{} : next_locked();
    if (!rows.block) {
      writer_runs_ = false;
      return Written::no_more;
    }
    writing_rows_ = rows.count();
  }
  const bool done = store(rows);
  const std::lock_guard lock(mutex_);
  writing_rows_ = 0;
  if (done) return Written::yes;
  intake_.put_back(std::move(rows));
  return Written::later;
}

queue::Parcel Spool::next_locked() { return take_joined(intake_, entry_rows_, services_.budget); }

bool Spool::store(queue::Parcel& rows) {
  if (!make_whole(rows, services_.budget)) return false;
  if (append(rows) != Append::stored) return false;
  stored(rows);
  return true;
}

Append Spool::append(const queue::Parcel& rows) {
  std::string why;
  Append answer = disk_->append(rows, rows.queued_ns, {}, why);
  if (answer != Append::stored && answer != Append::failed && may_drop_(!rows.tokens.empty())) {
    const std::uint64_t dropped = disk_->drop_oldest(rows.block.batch()->total);
    if (dropped != 0) {
      node_.drop(Drop::overflow, dropped);
      const std::lock_guard lock(mutex_);
      untaken_ -= static_cast<std::int64_t>(dropped);
    }
    answer = disk_->append(rows, rows.queued_ns, {}, why);
  }
  if (answer != Append::stored) log_.warn("the queue on disk takes no more: " + why);
  return answer;
}

void Spool::stored(queue::Parcel& rows) {
  const std::lock_guard lock(mutex_);
  untaken_ += rows.count();
  if (!power_) return;
  unsynced_.push_back({std::move(rows.tokens), disk_->appended()});
  arm_commit_locked();
}

void Spool::wait_and_try_again() {
  const std::lock_guard lock(mutex_);
  writer_runs_ = false;
  if (ended_) return;
  retry_timer_ = services_.timers.at(services_.clock.steady_ns() + retry_ns, tasks_.wrap([this] {
    const std::lock_guard again(mutex_);
    retry_timer_ = 0;
    kick_locked();
  }));
}

// ---- group commit -----------------------------------------------------------------------------------------

void Spool::arm_commit_locked() {
  if (commit_timer_ != 0 || commit_runs_ || ended_) return;
  const std::int64_t at = services_.clock.steady_ns() + commit_interval_ns_;
  commit_timer_ = services_.timers.at(at, tasks_.wrap([this] {
    const std::lock_guard lock(mutex_);
    commit_timer_ = 0;
    commit_runs_ = true;
    services_.blocking.post(tasks_.wrap([this] { commit(); }));
  }));
}

void Spool::commit() {
  const Status synced = disk_->sync();
  if (!synced.ok()) log_.error("the queue on disk: " + synced.error().message);
  const std::uint64_t durable = disk_->durable();
  std::deque<Unsynced> safe;  // Their sources are told without the lock.
  const std::lock_guard lock(mutex_);
  commit_runs_ = false;
  while (!unsynced_.empty() && unsynced_.front().upto <= durable) {
    safe.push_back(std::move(unsynced_.front()));
    unsynced_.pop_front();
  }
  if (!unsynced_.empty()) arm_commit_locked();
}

// ---- out --------------------------------------------------------------------------------------------------

queue::Parcel Spool::take() {
  auto taken = disk_->take();
  const std::lock_guard lock(mutex_);
  const std::uint64_t skipped = disk_->skipped() - skipped_;
  if (skipped != 0) {
    skipped_ += skipped;
    untaken_ -= static_cast<std::int64_t>(skipped);
    node_.drop(Drop::corrupt, skipped);
    log_.error(std::to_string(skipped) +
               " metrics on disk were damaged: they are lost, and counted");
  }
  if (!taken.ok()) {
    log_.error("the queue on disk cannot be read: " + taken.error().message);
    return {};
  }
  queue::Parcel rows = std::move(taken.value().rows);
  if (!rows.block) return rows;
  const std::uint64_t n = rows.count();
  rows.record_end = taken.value().first + n;
  rows.queued_ns = taken.value().time_ns;
  untaken_ -= static_cast<std::int64_t>(n);
  return rows;
}

void Spool::count_skipped_locked() {
  const std::uint64_t skipped = disk_->skipped() - skipped_;
  if (skipped == 0) return;
  skipped_ += skipped;
  untaken_ -= static_cast<std::int64_t>(skipped);
  node_.drop(Drop::corrupt, skipped);
  log_.error(std::to_string(skipped) + " metrics on disk were damaged: they are lost, and counted");
}

void Spool::done(std::uint64_t record_end) {
  const Status status = disk_->done(record_end);
  if (!status.ok()) log_.warn("the queue on disk: " + status.error().message);
  const std::lock_guard lock(mutex_);
  if (retry_timer_ == 0 || writer_runs_ || ended_) return;
  services_.timers.cancel(retry_timer_);  // There is room now.
  retry_timer_ = 0;
  kick_locked();
}

std::uint64_t Spool::waiting() const {
  const std::lock_guard lock(mutex_);
  return intake_.rows() + writing_rows_ + ready_locked();
}

std::uint64_t Spool::ready() const {
  const std::lock_guard lock(mutex_);
  return ready_locked();
}

std::uint64_t Spool::ready_locked() const {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(untaken_, 0));
}

bool Spool::written() const {
  const std::lock_guard lock(mutex_);
  return intake_.empty() && writing_rows_ == 0;
}

// ---- ending -----------------------------------------------------------------------------------------------

std::uint64_t Spool::end(std::vector<queue::Parcel> unwritten) {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    services_.timers.cancel(retry_timer_);
    services_.timers.cancel(commit_timer_);
  }
  tasks_.close();
  {
    const std::lock_guard lock(mutex_);
    while (!intake_.empty()) unwritten.push_back(intake_.take(intake_.rows()));
  }
  std::uint64_t lost = 0;
  for (auto& rows : unwritten) {
    const std::uint64_t n = rows.count();
    if (store(rows)) continue;
    lost += n;
    for (const auto& token : rows.tokens) token->abandoned();
  }
  bool power = false;
  {
    const std::lock_guard lock(mutex_);
    power = power_;
  }
  if (power) commit();
  const std::lock_guard lock(mutex_);
  for (const auto& left : unsynced_) {
    for (const auto& token : left.tokens) token->abandoned();
  }
  unsynced_.clear();
  return lost;
}

}  // namespace weir::pipeline
