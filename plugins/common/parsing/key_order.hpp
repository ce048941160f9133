#pragma once

// The keys of a record, of which the ones of the record before are expected again, in their order.
//
//   order.begin();
//   std::uint32_t key = order.guess(memo, p);       // none: it is another one
//   if (key == Memo::none) ... order.add(key)       // false: the record has it already
//   order.end();
//
// Threads    One thread.
// Errors     None.
// Limits     A key that is longer than guess_bytes_max is not guessed. 16 bytes behind p may be read.

#include <cstdint>
#include <utility>
#include <vector>

#include "plugins/common/parsing/memo.hpp"
#include "plugins/common/parsing/scan.hpp"

namespace weir::common {

class KeyOrder {
 public:
  static constexpr std::uint32_t guess_bytes_max = 48;

  void begin() {
    n_ = 0;
    deviates_ = false;
  }
  // The key that is expected next, if it stands at p as it was written then.
  std::uint32_t guess(Memo& memo, const char* p) {
    if (deviates_ || n_ == expected_.size()) return Memo::none;
    const FieldKey& k = memo.key(expected_[n_]);
    if (k.raw_len > guess_bytes_max || !same(k.raw, p, k.raw_len)) return Memo::none;
    return expected_[n_++];
  }
  // Another key than guess() would have said. False: the record has it already.
  bool add(std::uint32_t key) {
    if (!deviates_) deviate();
    if (is_repeated(key)) return false;
    if (n_ == keys_.size()) keys_.resize(2 * std::size_t{n_} + 64);
    keys_[n_++] = key;
    return true;
  }
  std::uint32_t size() const { return n_; }
  // The record is complete: the next one is expected to be like it.
  void end() {
    if (deviates_) expected_.assign(keys_.begin(), keys_.begin() + n_);
  }
  // After Memo::trim() forgot.
  void forget() {
    expected_.clear();
    stamps_.clear();
  }

 private:
  void deviate() {
    deviates_ = true;
    ++stamp_;
    if (keys_.size() < n_) keys_.resize(n_);
    for (std::uint32_t i = 0; i < n_; ++i) is_repeated(keys_[i] = expected_[i]);
  }
  bool is_repeated(std::uint32_t key) {
    if (key >= stamps_.size()) stamps_.resize(key + std::size_t{64}, 0);
    return std::exchange(stamps_[key], stamp_) == stamp_;
  }

  std::vector<std::uint32_t> expected_;  // keys of the last record that had others than expected
  std::vector<std::uint32_t> keys_;      // of this one, where it deviates
  std::vector<std::uint32_t> stamps_;    // by key: the deviating record that had it last
  std::uint32_t stamp_ = 0;
  std::uint32_t n_ = 0;
  bool deviates_ = false;
};

}  // namespace weir::common
