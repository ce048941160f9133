#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <clocale>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <iterator>

#include "sdk/check/suite.hpp"

namespace weir::check {
namespace {

constexpr int rounds = 1000;

std::size_t heap_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// What a plugin keeps once is its own affair; what it keeps each time is a leak.
void create_and_destroy(const Subject& subject) {
  std::size_t half_way = 0;
  for (int i = 0; i < rounds; ++i) {
    if (i == rounds / 2) half_way = heap_bytes();
    close(make(subject));
  }
  const std::size_t now = heap_bytes();
  const std::size_t per_round = now > half_way ? (now - half_way) / (rounds / 2) : 0;
  if (per_round > 0) {
    throw Broken("loses " + std::to_string(per_round) + " bytes at each create and destroy");
  }
}

// close() and the destructor stop twice.
void stop_without_start(const Subject& subject) {
  Instance instance = make(subject);
  instance->stop();
  close(std::move(instance));
}

void stop_twice(const Subject& subject) {
  need_safe_work(subject);
  Instance instance = make(subject);
  judge([&] { instance->start(); });
  instance->stop();
  instance->stop();
  close(std::move(instance));
}

// Records of kinds that do not exist yet, and of things that the plugin never asked for.
void odd_events(const Subject& subject) {
  need_safe_work(subject);
  Instance instance = make(subject);
  if (!judge([&] { instance->start(); })) throw Skipped("it does not start here");
  std::array<std::uint64_t, 64> records{};
  std::uint32_t bytes = 0;
  const auto add = [&](const auto& record) {
    std::memcpy(reinterpret_cast<char*>(records.data()) + bytes, &record, sizeof record);
    bytes += (static_cast<std::uint32_t>(sizeof record) + 7U) & ~7U;
  };
  constexpr std::array<std::uint16_t, 7> types{
      WEIR_EV_RESUME, WEIR_EV_POST, WEIR_EV_TIMER, WEIR_EV_FD, WEIR_EV_LANE_PURGED,
      WEIR_EV_IDLE,   999};
  for (const std::uint16_t type : types) {
    add(weir_ev_u64{{sizeof(weir_ev_u64), type, 0}, 0xffffffffffU, 77});
  }
  add(weir_ev_ack{{sizeof(weir_ev_ack), WEIR_EV_ACK, 0}, 0xdeadbeefU, -77, 0});
  add(weir_ev_parsed{
      {sizeof(weir_ev_parsed), WEIR_EV_PARSED, 0}, 0xdeadbeefU, -77, 0, 1, 1, {"bad", 3}});
  add(weir_event{sizeof(weir_event), WEIR_EV_RESUME, 0});  // Without its value.
  add(weir_event{sizeof(weir_event), WEIR_EV_ACK, 0});
  instance->deliver_events(reinterpret_cast<const weir_event*>(records.data()), bytes);
  close(std::move(instance));
}

std::size_t entries_in(const char* folder) {
  const std::filesystem::directory_iterator entries(folder);
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

// What belongs to the whole process and therefore not to a plugin.
class ProcessState {
 public:
  ProcessState() {
    std::array<char, 4096> folder{};
    if (getcwd(folder.data(), folder.size()) != nullptr) cwd_ = folder.data();
    mask_ = umask(0);
    umask(mask_);
    locale_ = setlocale(LC_ALL, nullptr);  // NOLINT(concurrency-mt-unsafe): only asks.
    for (char** e = environ; e != nullptr && *e != nullptr; ++e) {
      environment_ += std::string(*e) + "\n";
    }
    for (int s = 1; s < 32; ++s) {
      struct sigaction action{};
      sigaction(s, nullptr, &action);
      handlers_ += std::to_string(reinterpret_cast<std::uintptr_t>(action.sa_handler)) + " ";
    }
  }
  // What differs; empty when nothing does.
  [[nodiscard]] std::string changed(const ProcessState& before) const {
    if (cwd_ != before.cwd_) return "the working directory";
    if (mask_ != before.mask_) return "the umask";
    if (locale_ != before.locale_) return "the locale_";
    if (environment_ != before.environment_) return "the environment_";
    return handlers_ != before.handlers_ ? "a signal handler" : "";
  }

 private:
  std::string cwd_, locale_, environment_, handlers_;
  mode_t mask_{0};
};

void leaves_nothing_behind(const Subject& subject) {
  need_safe_work(subject);
  Random random(subject.seed);
  const auto round = [&] {
    Instance instance = make(subject);
    work_once(subject, *instance, random);
    close(std::move(instance));
  };
  const ProcessState before;
  const std::size_t threads = entries_in("/proc/self/task");
  round();  // What a library opens once for good is not counted.
  const std::size_t files = entries_in("/proc/self/fd");
  for (int i = 0; i < 5; ++i) round();
  if (entries_in("/proc/self/task") > threads) throw Broken("a thread is left after destroy");
  if (entries_in("/proc/self/fd") > files) {
    throw Broken("a file or socket is left open after destroy");
  }
  const std::string what = ProcessState().changed(before);
  if (!what.empty()) throw Broken("changes " + what + " of the whole process");
}

}  // namespace

std::vector<Test> life_tests() {
  return {
      {"create_destroy", "is created and destroyed 1000 times without a loss", create_and_destroy},
      {"stop_without_start", "is stopped without having been started", stop_without_start},
      {"stop_twice", "is stopped twice", stop_twice},
      {"odd_events", "ignores events that it does not know", odd_events},
      {"clean", "leaves no thread, file or changed process behind", leaves_nothing_behind}};
}

}  // namespace weir::check
