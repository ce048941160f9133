#include "core/pipeline/dead_letters.hpp"

#include "core/config/text.hpp"
#include "core/pipeline/row_edit.hpp"
#include "core/pipeline/storage.hpp"

namespace weir::pipeline {
bool DiskLetters::take(const Letter& letter) {
  std::string why;
  {
    const std::lock_guard lock(mutex_);
    if (open_locked(why) && store_locked(letter, why)) return true;
  }
  log_.error("no room for dead letters: " + why + "; they are dropped and counted");
  return false;
}

bool DiskLetters::open_locked(std::string& why) {
  if (disk_) return true;
  if (services_.storage == nullptr) return why = "this agent keeps no state", false;
  const auto state = services_.storage->directory();
  if (!state.ok()) return why = state.error().message, false;
  queue::DiskQueue::Settings s;
  s.directory = state.value() + "/dead/" + settings_.queue_name;
  s.owner = settings_.queue_name;
  s.max_bytes = static_cast<std::uint64_t>(settings_.delivery.max_bytes);
  s.cache_bytes = 0;
  queue::DiskQueue::Recovery found;
  auto disk = queue::DiskQueue::open(services_.storage->disk(), services_.budget, s, found);
  if (!disk.ok()) return why = disk.error().message, false;
  disk_ = std::move(disk).value();
  return true;
}

bool DiskLetters::store_locked(const Letter& letter, std::string& why) {
  queue::Parcel rows = letter.rows;
  if (!compact(rows, services_.budget)) return why = "no memory", false;
  const auto answer = disk_->append(rows, letter.last_ns, note_of(letter), why);
  if (answer != queue::DiskQueue::Append::stored) return false;
  if (!settings_.delivery.power) return true;
  const Status synced = disk_->sync();
  return synced.ok() || (why = synced.error().message, false);
}

std::string DiskLetters::note_of(const Letter& letter) const {
  return "{\"output\":" + config::json_quote(log_.source()) +
         ",\"reason\":" + config::json_quote(letter.reason) +
         ",\"attempts\":" + std::to_string(letter.attempts) +
         ",\"first_ns\":" + std::to_string(letter.first_ns) +
         ",\"last_ns\":" + std::to_string(letter.last_ns) +
         ",\"configuration\":" + config::json_quote(settings_.id) + "}";
}

}  // namespace weir::pipeline
