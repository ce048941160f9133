#include "plugins/inputs/tail/followers.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "plugins/common/sockets/steady_clock.hpp"
#include "plugins/inputs/tail/metrics.hpp"
#include "plugins/inputs/tail/offsets.hpp"

namespace weir::tail {
namespace {

using common::steady_ns;

constexpr std::int64_t millisecond_ns = 1'000'000;
constexpr std::int64_t poll_ns = 250 * millisecond_ns;
constexpr std::int64_t scan_ns = 1000 * millisecond_ns;
constexpr std::int64_t hurry_ns = 20 * millisecond_ns;
constexpr std::int64_t missing_max_ns = 60 * scan_ns;

}  // namespace

Followers::Followers(host home, const FollowersSettings& settings)
    : home_(home), settings_(settings), undelivered_(settings.undelivered_max) {
  if (!settings_.poll) {
    watcher_ = std::make_unique<Watcher>(
        poller_, [this](int watch, bool renamed) { on_changed(watch, renamed); });
  }
  thread_ = std::thread([this] { run(); });
}

Followers::~Followers() {
  stopping_ = true;
  poller_.wake();
  thread_.join();
}

void Followers::resume() {
  room_ = true;
  poller_.wake();
}

void Followers::acknowledge(std::uint64_t cookie) {
  undelivered_.acknowledge(cookie);
  resume();
}

void Followers::run() {
  while (!stopping_) {
    try {
      poller_.wait(step());
    } catch (const std::exception& why) {
      home_.error(std::string("files could not be followed: ") + why.what());
      poller_.wait(static_cast<int>(scan_ns / millisecond_ns));
    }
  }
  try {
    end();
  } catch (const std::exception& why) {
    home_.error(std::string("the last lines were not taken: ") + why.what());
  }
}

// Returns how long to wait.
int Followers::step() {
  const bool room = room_.exchange(false);
  const std::int64_t now = steady_ns();
  if (now >= next_scan_ns_) {
    scan();
    next_scan_ns_ = now + (settings_.poll ? poll_ns : scan_ns);
  } else if (std::exchange(suspicious_, false) || now < hurry_until_ns_) {
    check_all();
  }
  read_all(room);
  expire_all();
  return timeout_ms(again_, steady_ns());
}

template <typename F>
void Followers::each(F&& f) {
  for (auto& one : leaving_) f(*one);  // their lines are older
  for (auto& [path, one] : all_) f(*one);
}

void Followers::read_all(bool room) {
  again_ = false;
  each([&](Follower& f) {
    f.changed = f.changed || (room && f.waits_for_room);
    if (!f.changed || stopping_) return;
    const Follower::Next next = f.read();
    f.waits_for_room = next == Follower::Next::wait_for_room;
    f.changed = f.changed || next == Follower::Next::again;
    again_ = again_ || f.changed;
  });
}

void Followers::expire_all() {
  each([&](Follower& f) {
    const auto due = f.due_ns();
    if (!due || home_.now() < *due) return;
    if (f.expire(home_.now()) == Follower::Next::wait_for_room) f.waits_for_room = true;
  });
}

int Followers::timeout_ms(bool again, std::int64_t now_ns) const {
  if (again) return 0;
  std::int64_t wait = next_scan_ns_ - now_ns;
  if (now_ns < hurry_until_ns_) wait = std::min(wait, hurry_ns);
  for (const auto& [path, f] : all_) {
    if (const auto due = f->due_ns()) wait = std::min(wait, *due - home_.now());
  }
  return static_cast<int>(std::max<std::int64_t>(wait / millisecond_ns, 0) + 1);
}

void Followers::on_changed(int watch, bool renamed) {
  const auto at = by_watch_.find(watch);
  suspicious_ = suspicious_ || renamed;
  if (at != by_watch_.end()) {
    at->second->changed = true;
  } else if (watch < 0) {
    each([](Follower& f) { f.changed = true; });
  }
}

// ---- finding files ----

void Followers::scan() {
  check_all();
  for (std::size_t i = 0; i < settings_.names.size(); ++i) {
    if (!settings_.patterns[i].is_pattern()) {
      add(settings_.names[i], begin_of(settings_.names[i]));
      continue;
    }
    for (const std::string& path : settings_.patterns[i].find()) add(path, begin_of(path));
  }
  end_idle_ones();
  scanned_ = true;
  const auto open = std::count_if(all_.begin(), all_.end(),
                                  [](const auto& one) { return one.second->is_open(); });
  home_.gauge(files_open, static_cast<std::uint64_t>(open));
}

void Followers::add(const std::string& path, std::optional<std::int64_t> from) {
  if (all_.count(path) != 0) return;
  if (all_.size() >= files_max) {
    home_.error("more than " + std::to_string(files_max) + " files match: " + path +
                " is not followed; choose fewer by narrower patterns");
    return;
  }
  auto made = std::make_unique<Follower>(home_, settings_.follow, undelivered_, path, ++last_lane_);
  if (made->open(from)) watch(*made);
  all_.emplace(path, std::move(made));
}

std::optional<std::int64_t> Followers::begin_of(const std::string& path) const {
  if (settings_.begin == Begin::beginning) return 0;
  if (settings_.begin == Begin::end) return std::nullopt;
  if (const auto known = saved_offset(path)) return known;
  // What appears while others are followed has only new lines.
  if (scanned_ || settings_.begin == Begin::saved_or_beginning) return 0;
  return std::nullopt;
}

void Followers::watch(Follower& f) {
  if (!watcher_) return;
  by_watch_.erase(f.watch);
  watcher_->remove(f.watch);
  f.watch = watcher_->add(f.path());
  if (f.watch >= 0) by_watch_[f.watch] = &f;
}

void Followers::check_all() {
  std::vector<std::string> replaced;
  for (auto& [path, f] : all_) {
    if (check(*f)) replaced.push_back(path);
  }
  for (const std::string& path : replaced) {
    const auto at = all_.find(path);
    at->second->changed = true;
    leaving_.push_back(std::move(at->second));
    all_.erase(at);
    home_.count(rotations);
    add(path, 0);
  }
}

// True when its name is another file's, or has long been nobody's.
bool Followers::check(Follower& f) {
  if (!f.is_open()) {
    if (f.open(0)) watch(f);
    return false;
  }
  f.look();
  f.changed = f.changed || f.watch < 0;  // nobody tells of it
  const Follower::Name name = settings_.follow.pipe ? Follower::Name::mine : f.name();
  const std::int64_t now = steady_ns();
  if (name == Follower::Name::mine) f.missing_since_ns = 0;
  if (name != Follower::Name::nobodys) return name == Follower::Name::anothers;
  if (f.missing_since_ns == 0) {
    f.missing_since_ns = now;
    hurry_until_ns_ = now + scan_ns;
  }
  return now - f.missing_since_ns > missing_max_ns && f.is_idle_since(now - scan_ns);
}

void Followers::end_idle_ones() {
  std::erase_if(leaving_, [&](std::unique_ptr<Follower>& f) {
    if (!f->is_idle_since(steady_ns() - scan_ns)) return false;
    by_watch_.erase(f->watch);
    if (watcher_) watcher_->remove(f->watch);
    f->end();
    home_.lane_close(f->lane());
    return true;
  });
  for (auto& f : leaving_) f->changed = true;  // a last look
}

// Lines that are not complete are read again by the next instance; texts that are put together cannot be.
void Followers::end() {
  each([&](Follower& f) {
    if (settings_.follow.text.wanted()) f.end();
    home_.lane_close(f.lane());
  });
  for (const auto& [path, f] : all_) f->save();
  leaving_.clear();
  all_.clear();
}

}  // namespace weir::tail
