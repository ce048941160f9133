#include "core/base/log_limit.hpp"

#include <functional>
#include <utility>

#include "core/base/utf8.hpp"

namespace weir {
namespace {

std::size_t key_of(LogLevel level, std::string_view source, std::string_view message) {
  constexpr std::size_t mix = 0x9e3779b97f4a7c15U;
  const std::hash<std::string_view> hash;
  return (hash(message) * mix ^ hash(source)) * mix ^ static_cast<std::size_t>(level);
}

}  // namespace

bool LogLimiter::admit(LogLevel level, std::string_view source, std::string_view message,
                       std::int64_t now_ns) {
  const std::size_t key = key_of(level, source, message);
  auto at = windows_.find(key);
  if (at == windows_.end()) {
    if (windows_.size() >= messages_max) forget_oldest();
    at = windows_.try_emplace(key).first;
    at->second.begin_ns = now_ns;
    order_.push_back(key);
  }
  Window& window = at->second;
  if (++window.seen <= repeats_max) return true;
  LeftOut& left = window.left_out;
  if (++left.count == 1) {
    left = {std::string(source), std::string(cut_utf8(message, text_bytes_max)), level, 1};
  }
  return false;
}

std::vector<LogLimiter::LeftOut> LogLimiter::take(std::int64_t now_ns, bool all) {
  while (!order_.empty() && (all || now_ns - windows_[order_.front()].begin_ns >= window_ns)) {
    forget_oldest();
  }
  return std::exchange(given_up_, {});
}

void LogLimiter::forget_oldest() {
  const auto at = windows_.find(order_.front());
  order_.pop_front();
  if (at->second.left_out.count != 0) given_up_.push_back(std::move(at->second.left_out));
  windows_.erase(at);
}

}  // namespace weir
