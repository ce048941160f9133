#include "plugins/inputs/statsd/store.hpp"

#include <cstring>
#include <new>

namespace weir::statsd {
namespace {

// A directory may have so many series beyond twice those that still come.
constexpr std::size_t stale_cells_max = 4096;

std::uint64_t hash_of(const Cell* cell, std::string_view text) {
  return hash(text) * 0xd6e8feb86659fd93ULL ^ reinterpret_cast<std::uintptr_t>(cell);
}

}  // namespace

// ---- members ----

Members::Added Members::add(const Cell* cell, std::string_view text) {
  using common::HashIndex;
  const std::uint64_t hashed = hash_of(cell, text);
  const auto is = [&](std::uint32_t i) { return all_[i].cell == cell && all_[i].text == text; };
  if (index_.find(hashed, is) != HashIndex::none) return Added::known;
  const std::size_t lists = 3 * (all_.size() + 1) * sizeof(Member);
  if (all_.size() >= members_max || !charge_.hold(arena_.bytes_after(text.size()) +
                                                  HashIndex::bytes_for(all_.size() + 1) + lists)) {
    return Added::refused;
  }
  char* const at = arena_.take(text.size());
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  all_.push_back({cell, {at, text.size()}});
  const bool found = index_.add(hashed, static_cast<std::uint32_t>(all_.size() - 1));
  return found ? Added::fresh : Added::refused;
}

void Members::clear() {
  all_.clear();
  index_.clear();
  arena_.clear();
  charge_.hold(all_.capacity() * sizeof(Member));
}

// ---- store ----

Store::Store(const NameSettings& names, std::uint32_t percentile_limit, bool float_counters)
    : names_(names), float_counters_(float_counters) {
  windows_[1].slot = 1;
  for (Window& w : windows_) w.memory.percentile_limit = percentile_limit;
}

void Store::attach(const host& home) {
  home_ = home;
  for (Window& w : windows_) {
    w.members.attach(home);
    w.memory.pool.attach(home);
    w.charge.attach(home);
  }
  directory_ = std::make_unique<Directory>(names_, home_);
}

Store::Outcome Store::add(std::string_view bucket, std::string_view extra, const Sample& sample) {
  Cell* cell = directory_->find(bucket, extra, sample.type);
  if (cell == nullptr) {
    Directory::Refusal why{};
    cell = directory_->learn(bucket, extra, sample.type, why);
    if (cell == nullptr) {
      return why == Directory::Refusal::no_name ? Outcome::no_name : Outcome::no_room;
    }
  }
  Slot& slot = cell->slots[filling_->slot];
  if (!slot.touched) {
    slot.touched = true;
    filling_->touched.push_back(cell);
  }
  slot.last_ns = now_ns_;
  return put(*cell, slot, sample);
}

Store::Outcome Store::put(Cell& cell, Slot& slot, const Sample& sample) {
  switch (cell.kind) {
    case Kind::counter:
      slot.integer += static_cast<std::uint64_t>(sample.integer);
      if (float_counters_) slot.number += sample.number;
      return Outcome::ok;
    case Kind::gauge:
      slot.number = sample.additive ? slot.number + sample.number : sample.number;
      slot.absolute = slot.absolute || !sample.additive;
      return Outcome::ok;
    case Kind::timing: return put_timing(slot, sample);
    case Kind::distribution: return put_distribution(cell, sample.number);
    default: break;
  }
  const Members::Added added = filling_->members.add(&cell, sample.member);
  if (added == Members::Added::fresh) ++slot.integer;
  return added == Members::Added::refused ? Outcome::no_room : Outcome::ok;
}

Store::Outcome Store::put_timing(Slot& slot, const Sample& sample) {
  if (slot.stats == nullptr) {
    void* const at = directory_->take(sizeof(RunningStats));
    if (at == nullptr) return Outcome::no_room;
    slot.stats = new (at) RunningStats;
  }
  slot.stats->add(sample.number, sample.times, filling_->memory);
  return Outcome::ok;
}

Store::Outcome Store::put_distribution(const Cell& cell, double value) {
  std::vector<Window::Distribution>& all = filling_->distributions;
  if (all.size() == all.capacity()) {
    const std::size_t room = all.empty() ? 1024 : all.size() * 2;
    if (room > Window::distributions_max ||
        !filling_->charge.hold(room * sizeof(Window::Distribution))) {
      return Outcome::no_room;
    }
    all.reserve(room);
  }
  all.push_back({&cell, value});
  return Outcome::ok;
}

Window& Store::take() {
  const auto held = lock();
  Window& full = *filling_;
  filling_ = &windows_[1 - full.slot];
  const std::size_t worth = 2 * full.touched.size() + stale_cells_max;
  if (directory_->cells() > worth || directory_->aliases() > 2 * worth) {
    full.retired = std::move(directory_);
    directory_ = std::make_unique<Directory>(names_, home_);
  }
  return full;
}

void Store::give_back(Window& window) {
  for (Cell* cell : window.touched) {
    Slot& slot = cell->slots[window.slot];
    RunningStats* const stats = slot.stats;
    if (stats != nullptr) stats->clear(window.memory);
    slot = Slot{};
    slot.stats = stats;
  }
  window.touched.clear();
  window.distributions.clear();
  window.members.clear();
  window.retired.reset();
}

}  // namespace weir::statsd
