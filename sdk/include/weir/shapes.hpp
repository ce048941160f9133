#pragma once

// What was decided for a sequence of keys, kept for the rows that have the same one.
//
// Rows of one kind carry the same tag keys and the same field keys in the same order. Whatever depends on keys
// alone (which tag is renamed, which field is converted) is decided once per sequence; a row then costs one
// comparison of its key ids with those of the row before.
//
//   key_shapes<plan> plans;
//   plans.begin();                                        // once per batch: ids end with it
//   plan& p = plans.of(first, n, [&](plan& fresh, const std::uint32_t* keys, std::uint32_t n) { ... });
//
// Ownership  Keeps its memory between batches. A reference to a plan is good until the next call of of().
// Threads    One thread.
// Errors     Throws std::bad_alloc.
// Limits     Remembers shapes_max sequences; one that was pushed out is decided again.

#include <memory>

#include <weir/builder.hpp>

namespace weir {
inline namespace v1 __attribute__((visibility("hidden"))) {

  // Sequences of keys, each with its plan.
  template <typename Plan>
  class key_shapes {
   public:
    static constexpr std::uint32_t shapes_max = 64;

    // Forgets all plans: a new batch, or a new question.
    void begin() {
      if (!slots_) slots_ = std::make_unique<slot[]>(shapes_max);
      if (++epoch_ == 0) forget();
      last_ = &slots_[0];
    }
    // The plan of the keys of n tags or fields. make(plan, keys, n) decides it; plan may hold the remains of
    // another one.
    template <typename Cell, typename Make>
    Plan& of(const Cell* first, std::uint32_t n, Make&& make) {
      if (!last_->is(first, n, epoch_)) find(first, n, make);
      return last_->plan;
    }
    // Of the keys; what plans hold comes on top.
    std::size_t capacity_bytes() const {
      std::size_t bytes = 0;
      for (std::uint32_t i = 0; slots_ != nullptr && i < shapes_max; ++i) {
        bytes += slots_[i].keys.capacity_bytes();
      }
      return bytes;
    }
    void give_back() { slots_.reset(); }

   private:
    struct slot {
      std::uint32_t epoch = 0, n = 0;
      detail::pod_vector<std::uint32_t> keys;
      Plan plan;

      // Whether it is the one of these keys, made since begin().
      template <typename Cell>
      bool is(const Cell* first, std::uint32_t count, std::uint32_t now) const {
        if (n != count || epoch != now) return false;
        const std::uint32_t* k = keys.data();
        for (std::uint32_t i = 0; i < count; ++i) {
          if (k[i] != first[i].key) return false;
        }
        return true;
      }
    };
    template <typename Cell, typename Make>
    __attribute__((noinline)) void find(const Cell* first, std::uint32_t n, Make& make) {
      std::uint32_t h = n;
      for (std::uint32_t i = 0; i < n; ++i) h = (h ^ first[i].key) * 0x9e3779b1U;
      slot& s = slots_[h >> 26];
      if (!s.is(first, n, epoch_)) {
        s.epoch = 0;  // make may throw
        s.n = n;
        s.keys.clear();
        for (std::uint32_t i = 0; i < n; ++i) s.keys.push(first[i].key);
        make(s.plan, static_cast<const std::uint32_t*>(s.keys.data()), n);
        s.epoch = epoch_;
      }
      last_ = &s;
    }
    void forget() {
      for (std::uint32_t i = 0; i < shapes_max; ++i) slots_[i].epoch = 0;
      epoch_ = 1;
    }

    std::unique_ptr<slot[]> slots_;
    slot* last_ = nullptr;
    std::uint32_t epoch_ = 0;
  };

  // What was decided for a string of the batch, by its id.
  template <typename T>
  class id_memo {
   public:
    // Forgets, and makes room for ids below n.
    void begin(std::uint32_t n) {
      const std::uint32_t had = slots_.size();
      if (had < n) {
        std::memset(static_cast<void*>(slots_.extend(n - had)), 0, (n - had) * sizeof(slot));
      }
      n_ = n;
      if (++epoch_ != 0) return;
      std::memset(static_cast<void*>(slots_.data()), 0, slots_.size() * sizeof(slot));
      epoch_ = 1;
    }
    bool covers(std::uint32_t id) const { return id < n_; }
    // nullptr = not decided yet. id has to be covered.
    const T* find(std::uint32_t id) const {
      return slots_[id].epoch == epoch_ ? &slots_[id].value : nullptr;
    }
    void set(std::uint32_t id, T value) { slots_[id] = {epoch_, value}; }
    std::size_t capacity_bytes() const { return slots_.capacity_bytes(); }
    void give_back() {
      slots_.give_back();
      n_ = 0;
    }

   private:
    static_assert(std::is_trivially_copyable_v<T>, "values are moved as bytes");
    struct slot {
      std::uint32_t epoch;
      T value;
    };
    detail::pod_vector<slot> slots_;
    std::uint32_t epoch_ = 0, n_ = 0;
  };

}  // namespace v1
}  // namespace weir
