#pragma once

// Takes an output's batches from its backlog to its plugin, until each record has come to an end.
//
// A flight is one batch. What the plugin answers to it decides: gone, later again, smaller pieces (a bad record is
// bisected out), or dropped with a reason. Up to max_in_flight of them are with the plugin at a time, where it answers
// later (WEIR_ASYNC); its write is still called by one thread at a time.
//
// Retry    After a failure nothing is sent for a while (back_off.hpp). After breaker_failures in a row only one
//          flight is sent to try, and the others follow when it arrives.
// Order    Flights are sent in the order of the backlog. One that failed is sent again before later ones that were
//          not sent yet, and not while one behind it is still with the plugin.
// Given up A record that the output will never take goes to the dead letters; where there are none, or no room, it is
//          dropped and counted.
// Threads  One task at a time on the output's executor. complete() comes from any thread.

#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "core/pipeline/adaptive_limit.hpp"
#include "core/pipeline/back_off.hpp"
#include "core/pipeline/backlog.hpp"
#include "core/pipeline/dead_letters.hpp"
#include "core/pipeline/rate_limit.hpp"
#include "core/pipeline/rendering.hpp"

namespace weir::pipeline {

class Sender {
 public:
  static constexpr std::uint32_t breaker_failures = 5;

  struct Parts {
    const Services& services;
    const config::DeliverySettings& delivery;
    Instance& instance;
    Rendering& rendering;
    Backlog& backlog;
    Executor& executor;
    DeadLetters* letters;  // None: dropped.
  };
  explicit Sender(const Parts& parts);
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  ~Sender() = default;

  // The plugin is started.
  void open();
  // There may be something to send.
  void kick();
  // The plugin's answer to a delivery that it has kept.
  void complete(std::uint64_t delivery, const weir_result& result);

  enum class State : std::uint8_t { closed, open, backing_off, refused };
  [[nodiscard]] State state() const;
  // Nothing is with the plugin, or was.
  [[nodiscard]] bool idle() const;
  // It works: no failure stands in its way.
  [[nodiscard]] bool progresses() const { return state() == State::open; }
  // Takes no more and tries nothing again: what is not with the plugin goes back to the backlog, and what is, when the
  // plugin refuses it.
  void leave();
  // Goes on after all.
  void stay();
  // Sends no more; what was not finished. A call of the plugin that has not come back may still read it.
  std::vector<queue::Parcel> end();

 private:
  struct Flight {
    std::deque<queue::Parcel> pieces;  // In turn; the first goes next, or is with the plugin.
    std::uint32_t attempt{1};          // Of the first piece.
    std::uint32_t attempts{0};         // Of all of them.
    std::int64_t first_ns{0};          // When the first attempt began, by the wall clock.
    std::uint64_t delivery{0};         // Not 0: it is with the plugin.
    std::int64_t begun_ns{0};
    std::uint64_t bytes{0};       // Of the delivery.
    std::uint64_t unwritable{0};  // Rows of it without bytes.
  };
  struct Call {
    weir_delivery delivery{};
    queue::Parcel rows;
  };
  struct Answer {
    weir_status status{WEIR_OK};
    weir_err err{};
    std::vector<std::uint32_t> rejected{};  // Rows of the block.
  };

  void run();
  bool send_one();
  bool next_call(Call& call);
  Flight* next_flight_locked();
  [[nodiscard]] Flight* unsent_locked();
  [[nodiscard]] bool may_send_locked();
  void sent(const weir_delivery& delivery);
  void returned(std::uint64_t delivery, std::uint64_t unwritable, Answer answer);
  void finish(std::uint64_t delivery, const Answer& answer);
  Flight* flight_of_locked(std::uint64_t delivery);
  void settle_locked(Flight& flight, const Answer& answer);
  void delivered_locked(Flight& flight, const std::vector<std::uint32_t>& rejected);
  void failed_locked(Flight& flight, const Answer& answer);
  void split_locked(Flight& flight, const weir_err& err);
  void give_up_locked(Flight& flight, metrics::Drop reason, std::string why);
  void write_letter_locked(const Flight& flight, queue::Parcel rows, metrics::Drop reason,
                           std::string why);
  void post(const std::vector<Letter>& letters);
  void piece_done_locked(Flight& flight, bool progress);
  void retry_locked(Flight& flight, std::int64_t at_least_ns);
  std::vector<queue::Parcel> take_unsent_locked();
  void kick_locked();
  [[nodiscard]] bool can_send_locked() const;

  const Services services_;
  const config::DeliverySettings& settings_;
  Instance& instance_;
  Rendering& rendering_;
  Backlog& backlog_;
  Executor& executor_;
  DeadLetters* const letters_;

  mutable std::mutex mutex_;
  // Guarded by mutex_:
  std::uint32_t open_{0};       // How many flights are with the plugin.
  std::deque<Flight> flights_;  // In the order of the backlog.
  BackOff back_off_;
  AdaptiveLimit limit_;
  RateLimit rate_rows_, rate_bytes_;
  std::vector<Letter> unposted_;  // Until the lock is given back.
  std::uint64_t next_delivery_{1};
  std::uint64_t calling_{0};     // The delivery whose write has not returned.
  std::optional<Answer> early_;  // It was answered before that.
  Timers::Id retry_timer_{0}, rate_timer_{0};
  State state_{State::closed};
  bool running_{false};  // run() is on its way, or at work.
  bool ended_{false}, leaving_{false};
};

}  // namespace weir::pipeline
