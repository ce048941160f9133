#pragma once

// What a host hands to parsers, serializers and outputs, in C++.

#include <string_view>

#include <weir/builder.hpp>
#include <weir/editor.hpp>
#include <weir/error.hpp>

namespace weir {
inline namespace v1 __attribute__((visibility("hidden"))) {

  // One message to parse.
  //
  // Ownership  text and from are borrowed for the call.
  struct message {
    std::string_view text;
    row from;             // its raw row: time, tags to add to each metric, session
    bool stream = false;  // text may end inside a record; say with the result how much was used
    bool last = true;     // of a stream: nothing follows, an unfinished record is complete
    std::uint64_t delivery = 0;
  };

  // Bytes under construction in a host buffer that grows as needed. Throws std::bad_alloc.
  class text {
   public:
    text(weir_buf* buf, buffer_source* buffers) : buf_(buf), buffers_(buffers) {}

    // Room for n more bytes at the returned place; advance() takes what was used of it.
    char* reserve(std::size_t n) {
      if (used_ + n > buf_->cap) grow(n);
      return reinterpret_cast<char*>(buf_->data) + used_;
    }
    void advance(std::size_t n) { used_ += n; }
    void append(std::string_view s) {
      if (s.empty()) return;
      std::memcpy(reserve(s.size()), s.data(), s.size());
      advance(s.size());
    }
    void push(char c) {
      *reserve(1) = c;
      advance(1);
    }
    std::uint64_t size() const { return used_; }
    // Takes back what was written since size() said so.
    void cut(std::uint64_t size) { used_ = size; }
    char* data() { return reinterpret_cast<char*>(buf_->data); }
    std::string_view view() const { return {reinterpret_cast<const char*>(buf_->data), used_}; }

   private:
    void grow(std::size_t n) {
      weir_buf fresh = buffers_->get((used_ + n) * 2);
      if (used_ != 0) std::memcpy(fresh.data, buf_->data, used_);
      std::swap(*buf_, fresh);
      buffers_->put(fresh);
    }
    weir_buf* buf_;
    buffer_source* buffers_;
    std::uint64_t used_ = 0;
  };

  // A batch at an output.
  class delivery : public batch {
   public:
    explicit delivery(const weir_delivery& d) : batch(d), delivery_(&d) {}
    const weir_delivery& raw() const { return *delivery_; }
    std::uint64_t id() const { return delivery_->id; }
    std::uint32_t attempt() const { return delivery_->attempt; }  // 1 = the first
    // WEIR_WANTS_BYTES: all rows serialized.
    std::string_view bytes() const { return {delivery_->raw.ptr, delivery_->raw.len}; }
    // The bytes of one row; all bytes where they are one document.
    std::string_view bytes_of(std::uint32_t r) const {
      if (delivery_->row_end == nullptr) return bytes();
      const std::uint32_t i = r - delivery_->row0;
      const std::uint32_t from = i == 0 ? 0 : delivery_->row_end[i - 1];
      return bytes().substr(from, delivery_->row_end[i] - from);
    }

   private:
    const weir_delivery* delivery_;
  };

}  // namespace v1
}  // namespace weir
