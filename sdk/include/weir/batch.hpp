#pragma once

// Reading a batch: views over the bytes that abi.h describes.
//
// Ownership  Views borrow. They are valid as long as the block is: for a delivery, until the call returns.
// Threads    Reading is free for any number of threads as long as nobody edits the block.
// Errors     None: the views trust the invariants of abi.h. Foreign bytes go through validate() first.
// Units      Times are nanoseconds since the Unix epoch.

#include <cstring>
#include <string_view>

#include <weir/abi.h>

namespace weir {
inline namespace v1 __attribute__((visibility("hidden"))) {

  // The same text, as C++ sees it.
  inline std::string_view view(weir_str s) { return {s.ptr, s.len}; }
  // The same text, as the contract passes it; lent for the call.
  inline weir_str borrow(std::string_view s) { return {s.data(), s.size()}; }

  // The sections of one block. Cheap to copy.
  class block {
   public:
    explicit block(const weir_batch* head)
        : head_(head), base_(reinterpret_cast<const char*>(head)) {}

    // The block's header.
    const weir_batch& head() const { return *head_; }
    // The first of head().n_rows rows.
    const weir_row* rows() const { return at<weir_row>(head_->off_rows); }
    // The first of head().n_tags tags.
    const weir_tag* tags() const { return at<weir_tag>(head_->off_tags); }
    // The first of head().n_fields fields.
    const weir_field* fields() const { return at<weir_field>(head_->off_fields); }
    // The first of head().n_strs strings.
    const weir_sref* strs() const { return at<weir_sref>(head_->off_strs); }
    // The bytes that strings and messages are ranges of.
    const char* blob() const { return base_ + head_->off_blob; }

    // The string with this id of the table.
    std::string_view str(std::uint32_t id) const {
      const weir_sref s = strs()[id];
      return {blob() + s.off, s.len};
    }
    // The value of a WEIR_STRING field.
    std::string_view text(std::uint64_t ref) const {
      return {blob() + static_cast<std::uint32_t>(ref), ref >> 32};
    }

   private:
    template <typename T>
    const T* at(std::uint32_t offset) const {
      return reinterpret_cast<const T*>(base_ + offset);
    }
    const weir_batch* head_;
    const char* base_;
  };

  // One field value. The accessor has to match type().
  class value {
   public:
    value(block b, const weir_field& f) : block_(b), field_(&f) {}
    std::uint8_t type() const { return field_->type; }  // WEIR_I64...
    std::int64_t i64() const { return field_->v.i; }
    std::uint64_t u64() const { return field_->v.u; }
    double f64() const { return field_->v.f; }
    bool boolean() const { return field_->v.u != 0; }
    std::string_view str() const { return block_.text(field_->v.str); }
    // Any number or boolean as double; 0 for a string.
    double number() const {
      switch (type()) {
        case WEIR_I64: return static_cast<double>(i64());
        case WEIR_U64: return static_cast<double>(u64());
        case WEIR_F64: return f64();
        case WEIR_BOOL: return boolean() ? 1.0 : 0.0;
        default: return 0.0;
      }
    }

   private:
    block block_;
    const weir_field* field_;
  };

  // A tag as text.
  struct tag {
    std::string_view key, value;
  };
  // A field as text and value.
  struct field {
    std::string_view key;
    weir::value value;
  };

  // Iteration over an array of Raw through Make(block, Raw) -> view.
  template <typename Raw, typename View>
  class range {
   public:
    class iterator {
     public:
      iterator(block b, const Raw* at) : block_(b), at_(at) {}
      View operator*() const { return View{block_, *at_}; }
      iterator& operator++() { return ++at_, *this; }
      bool operator!=(const iterator& other) const { return at_ != other.at_; }

     private:
      block block_;
      const Raw* at_;
    };
    range(block b, const Raw* first, std::size_t n) : block_(b), first_(first), n_(n) {}
    // The first element.
    iterator begin() const { return {block_, first_}; }
    // One behind the last element.
    iterator end() const { return {block_, first_ + n_}; }
    // How many elements there are.
    std::size_t size() const { return n_; }
    View operator[](std::size_t i) const { return View{block_, first_[i]}; }

   private:
    block block_;
    const Raw* first_;
    std::size_t n_;
  };

  // A tag made of its ids.
  struct tag_view : tag {
    tag_view(block b, const weir_tag& t) : tag{b.str(t.key), b.str(t.val)} {}
  };
  // A field made of its ids.
  struct field_view : field {
    field_view(block b, const weir_field& f) : field{b.str(f.key), weir::value(b, f)} {}
  };

  // One metric, or one raw message.
  class row {
   public:
    row(block b, const weir_row& r) : block_(b), row_(&r) {}

    // The block it lies in.
    const block& home() const { return block_; }
    // The 32 bytes of the row.
    const weir_row& raw() const { return *row_; }
    // Its number in the block.
    std::uint32_t index() const { return static_cast<std::uint32_t>(row_ - block_.rows()); }

    // Nanoseconds since the Unix epoch.
    std::int64_t time_ns() const { return row_->time_ns; }
    // The metric's name.
    std::string_view name() const { return block_.str(row_->name); }
    // WEIR_UNTYPED..., of a raw row WEIR_RAW_...
    std::uint8_t kind() const { return row_->kind; }
    // Sorted by key.
    range<weir_tag, tag_view> tags() const {
      return {block_, block_.tags() + row_->tag0, row_->n_tag};
    }
    // In the order in which they were added.
    range<weir_field, field_view> fields() const {
      return {block_, block_.fields() + row_->field0, row_->n_field};
    }

    // The value of a tag; null data() where the row has no such tag.
    std::string_view tag(std::string_view key) const {
      const weir_tag* first = block_.tags() + row_->tag0;
      for (const weir_tag* t = first; t != first + row_->n_tag; ++t) {
        if (block_.str(t->key) == key) return block_.str(t->val);
      }
      return {};
    }
    // The field with this key, or nullptr.
    const weir_field* find_field(std::string_view key) const {
      const weir_field* first = block_.fields() + row_->field0;
      for (const weir_field* f = first; f != first + row_->n_field; ++f) {
        if (block_.str(f->key) == key) return f;
      }
      return nullptr;
    }

    // A raw row: its message, its session, and whether the session ends with it.
    std::string_view message() const { return block_.text(block_.fields()[row_->field0].v.str); }
    std::uint32_t session() const { return row_->ext; }
    bool last() const { return (row_->flags & WEIR_ROW_LAST) != 0; }

   private:
    block block_;
    const weir_row* row_;
  };

  // Is bit i set?
  inline bool bit(const std::uint64_t* bits, std::uint32_t i) {
    return (bits[i >> 6] >> (i & 63)) & 1U;
  }
  // Bit i is 0 afterwards.
  inline void clear_bit(std::uint64_t* bits, std::uint32_t i) {
    bits[i >> 6] &= ~(std::uint64_t{1} << (i & 63));
  }
  // Bit i is 1 afterwards.
  inline void set_bit(std::uint64_t* bits, std::uint32_t i) {
    bits[i >> 6] |= std::uint64_t{1} << (i & 63);
  }
  // How many words hold so many bits.
  inline std::size_t words(std::uint32_t bits) {
    return (static_cast<std::size_t>(bits) + 63) / 64;
  }

  // The selected rows of a block.
  class batch {
   public:
    class iterator {
     public:
      iterator(const batch* b, std::uint32_t at) : batch_(b), at_(at) { skip(); }
      row operator*() const { return {batch_->block_, batch_->block_.rows()[at_]}; }
      iterator& operator++() { return ++at_, skip(), *this; }
      bool operator!=(const iterator& other) const { return at_ != other.at_; }

     private:
      void skip() {
        while (at_ < batch_->end_ && !batch_->selected(at_)) ++at_;
      }
      const batch* batch_;
      std::uint32_t at_;
    };

    explicit batch(const weir_delivery& d) : batch(d.batch, d.mask, d.row0, d.n_rows) {}
    explicit batch(const weir_batch* b) : batch(b, nullptr, 0, b->n_rows) {}
    batch(const weir_batch* b, const std::uint64_t* mask, std::uint32_t row0, std::uint32_t n)
        : block_(b), mask_(mask), row0_(row0), end_(row0 + n) {}

    // The block it lies in.
    const block& home() const { return block_; }
    // Index r is row r of the block.
    bool selected(std::uint32_t r) const { return mask_ == nullptr || bit(mask_, r); }
    // True when every row of the block is selected.
    bool whole() const { return mask_ == nullptr && row0_ == 0 && end_ == block_.head().n_rows; }
    std::uint32_t first_row() const { return row0_; }
    std::uint32_t end_row() const { return end_; }
    iterator begin() const { return {this, row0_}; }
    iterator end() const { return {this, end_}; }

    // How many rows are selected: one pass over the mask.
    std::uint32_t size() const {
      if (mask_ == nullptr) return end_ - row0_;
      std::uint32_t n = 0;
      for (std::uint32_t r = row0_; r < end_; ++r) n += selected(r) ? 1U : 0U;
      return n;
    }

   private:
    block block_;
    const std::uint64_t* mask_;
    std::uint32_t row0_, end_;
  };

}  // namespace v1
}  // namespace weir
