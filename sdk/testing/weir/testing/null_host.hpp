#pragma once

// A host that takes every batch and forgets it, and the buffer that a serializer writes to, for benchmarks: their part of a
// measurement is nothing.
//
// Threads    One thread.
// Limits     Batches of at most buffer_bytes; it has no extensions.

#include <cstdint>
#include <cstdlib>

#include <weir/delivery.hpp>
#include <weir/sink.hpp>
#include <weir/testing/lines.hpp>

namespace weir {
namespace testing __attribute__((visibility("hidden"))) {

  class null_host {
   public:
    static constexpr std::size_t buffer_bytes = std::size_t{8} << 20;
    static constexpr std::int64_t now_ns = 1'700'000'000'000'000'000;

    null_host() {
      table_.size = sizeof table_;
      table_.ctx = this;
      table_.now_ns = [](void*) -> std::int64_t { return now_ns; };
      table_.buf_get = [](void* ctx, std::uint32_t, std::uint64_t, weir_buf* out) -> weir_status {
        out->data = static_cast<null_host*>(ctx)->buffer_;
        out->cap = buffer_bytes;
        return WEIR_OK;
      };
      table_.buf_put = [](void*, weir_buf*) {};
      table_.emit = [](void*, weir_buf*, const weir_emit*) -> weir_status { return WEIR_OK; };
      table_.report = [](void* ctx, std::uint64_t, const weir_bad*) {
        ++static_cast<null_host*>(ctx)->bad_;
      };
      table_.extension = [](void*, const char*) -> const void* { return nullptr; };
    }
    null_host(const null_host&) = delete;
    null_host& operator=(const null_host&) = delete;
    ~null_host() { std::free(buffer_); }

    weir::host home() const { return weir::host(&table_); }
    // Reports of bad records so far.
    std::uint64_t bad() const { return bad_; }

   private:
    weir_host table_{};
    std::uint8_t* buffer_ = static_cast<std::uint8_t*>(std::aligned_alloc(64, buffer_bytes));
    std::uint64_t bad_ = 0;
  };

  // The batch that the builder holds.
  inline block_memory sealed(builder & b) {
    block_memory block(b.bytes());
    b.seal(block.data());
    return block;
  }

  // One buffer at a time, which lives as long as this.
  class kept_buffer : public buffer_source {
   public:
    weir_buf get(std::uint64_t n) override {
      memory_ = block_memory(n);
      weir_buf b{};
      b.data = memory_.data();
      b.cap = n;
      return b;
    }
    void put(weir_buf&) noexcept override {}

   private:
    block_memory memory_;
  };

}  // namespace testing
}  // namespace weir
