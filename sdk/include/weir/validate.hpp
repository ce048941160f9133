#pragma once

// Is this a batch? One pass over foreign bytes, before anything else reads them.
//
// Checks     Bounds of every section, id, range and string; that ranges are shared or apart; sorted and unique tag
//            keys; known types; distinct field keys in rows of up to 256 fields.
// Errors     The answer names what is wrong; nullptr means the views of batch.hpp are safe.
// Threads    Nobody may change the bytes while they are checked, or afterwards.
// Cost       Linear. Where the ranges do not lie in the order of the rows, 4 bytes of memory per tag or field.
// Limits     WEIR_BATCH_BYTES_MAX does not hold here: the size comes from the caller.

#include <cstdlib>

#include <weir/batch.hpp>

namespace weir {
inline namespace v1 __attribute__((visibility("hidden"))) {

  namespace detail {
  class validator {
   public:
    validator(const weir_batch* head, std::uint64_t bytes)
        : head_(head), bytes_(bytes), block_(head) {}

    const char* run() const {
      if (const char* wrong = header()) return wrong;
      if (const char* wrong = sections()) return wrong;
      if (const char* wrong = strings()) return wrong;
      if (const char* wrong = extensions()) return wrong;
      if (const char* wrong = rows()) return wrong;
      if (const char* wrong = field_ranges()) return wrong;
      return tag_ranges();
    }

   private:
    const char* header() const {
      if (bytes_ < sizeof(weir_batch)) return "shorter than a batch header";
      if ((reinterpret_cast<std::uintptr_t>(head_) & 7U) != 0) return "block is not aligned";
      if (head_->magic != WEIR_BATCH_MAGIC) return "wrong magic";
      if (head_->version != WEIR_BATCH_VERSION) return "unknown batch version";
      if (head_->hdr_size < sizeof(weir_batch)) return "header size too small";
      if (head_->total > bytes_) return "total is larger than the buffer";
      if (head_->signal != WEIR_SIG_METRIC && head_->signal != WEIR_SIG_RAW) {
        return "unknown signal";
      }
      return nullptr;
    }
    // A section lies behind the one before it and inside the block.
    bool inside(std::uint32_t off, std::uint32_t n, std::uint64_t size, std::uint32_t next) const {
      return (off & 7U) == 0 && off >= head_->hdr_size && off + n * size <= next &&
             next <= head_->total;
    }
    const char* sections() const {
      const weir_batch& h = *head_;
      const bool ok = inside(h.off_rows, h.n_rows, sizeof(weir_row), h.off_tags) &&
                      inside(h.off_tags, h.n_tags, sizeof(weir_tag), h.off_fields) &&
                      inside(h.off_fields, h.n_fields, sizeof(weir_field), h.off_strs) &&
                      inside(h.off_strs, h.n_strs, sizeof(weir_sref), h.off_ext) &&
                      inside(h.off_ext, h.n_ext, sizeof(weir_ext), h.off_blob) &&
                      inside(h.off_blob, h.len_blob, 1, h.total);
      return ok ? nullptr : "a section is outside the block";
    }
    bool in_blob(std::uint64_t off, std::uint64_t len) const {
      return off + len <= head_->len_blob;
    }
    const char* strings() const {
      const weir_sref* s = block_.strs();
      bool ok = true;
      for (std::uint32_t i = 0; i < head_->n_strs; ++i) ok = ok && in_blob(s[i].off, s[i].len);
      return ok ? nullptr : "a string is outside the blob";
    }
    const char* extensions() const {
      const auto* x =
          reinterpret_cast<const weir_ext*>(reinterpret_cast<const char*>(head_) + head_->off_ext);
      for (std::uint32_t i = 0; i < head_->n_ext; ++i) {
        if (!in_blob(x[i].off, x[i].len)) return "an extension is outside the blob";
      }
      return nullptr;
    }
    const char* rows() const {
      const weir_row* r = block_.rows();
      const bool raw = head_->signal == WEIR_SIG_RAW;
      std::uint64_t fields = 0;  // more of them than there are would make this loop quadratic
      for (std::uint32_t i = 0; i < head_->n_rows; ++i) {
        if (const char* wrong = bounds(r[i])) return wrong;
        fields += r[i].n_field;
        if (fields > head_->n_fields) return "field ranges overlap";
        if (const char* wrong = raw ? raw_row(r[i]) : metric_row(r[i])) return wrong;
        if (!raw && (i == 0 || !same_keys(r[i - 1], r[i])) && twice(r[i])) {
          return "a field key stands twice in a row";
        }
      }
      return nullptr;
    }

    // ---- ranges ----

    // The cells of a section that belong to a range.
    class taken {
     public:
      explicit taken(std::uint32_t cells)
          : at_(static_cast<std::uint32_t*>(std::calloc(cells, sizeof(std::uint32_t)))) {}
      taken(const taken&) = delete;
      taken& operator=(const taken&) = delete;
      ~taken() { std::free(at_); }
      bool no_memory() const { return at_ == nullptr; }
      bool known(std::uint32_t first, std::uint32_t n) const { return at_[first] == n; }
      // False when a cell was taken before.
      bool take(std::uint32_t first, std::uint32_t n) {
        bool free = true;
        for (std::uint32_t i = first; i < first + n; ++i) {
          free = free && at_[i] == 0;
          at_[i] = inside;
        }
        at_[first] = n;
        return free;
      }

     private:
      static constexpr std::uint32_t inside = 0xffffffffU;  // no range is that long
      std::uint32_t* at_;
    };
    static constexpr const char* no_memory = "no memory to check the batch";

    // As long as the ranges lie in the order of the rows, their ends are all there is to know.
    const char* field_ranges() const {
      const weir_row* r = block_.rows();
      std::uint32_t end = 0;
      for (std::uint32_t i = 0; i < head_->n_rows; ++i) {
        if (r[i].field0 < end) return field_ranges_in_any_order();
        end = r[i].field0 + r[i].n_field;
      }
      return nullptr;
    }
    const char* field_ranges_in_any_order() const {
      const weir_row* r = block_.rows();
      taken fields(head_->n_fields);
      if (fields.no_memory()) return no_memory;
      for (std::uint32_t i = 0; i < head_->n_rows; ++i) {
        if (!fields.take(r[i].field0, r[i].n_field)) return "field ranges overlap";
      }
      return nullptr;
    }
    const char* tag_ranges() const {
      const weir_row* r = block_.rows();
      std::uint32_t end = 0;
      for (std::uint32_t i = 0; i < head_->n_rows; ++i) {
        if (r[i].n_tag == 0) continue;
        if (i != 0 && r[i].tag0 == r[i - 1].tag0 && r[i].n_tag == r[i - 1].n_tag) continue;
        if (r[i].tag0 < end) return tag_ranges_in_any_order();
        if (const char* wrong = tags(r[i])) return wrong;
        end = r[i].tag0 + r[i].n_tag;
      }
      return nullptr;
    }
    const char* tag_ranges_in_any_order() const {
      const weir_row* r = block_.rows();
      taken all(head_->n_tags);
      if (all.no_memory()) return no_memory;
      for (std::uint32_t i = 0; i < head_->n_rows; ++i) {
        if (r[i].n_tag == 0 || all.known(r[i].tag0, r[i].n_tag)) continue;
        if (!all.take(r[i].tag0, r[i].n_tag)) return "tag ranges overlap";
        if (const char* wrong = tags(r[i])) return wrong;
      }
      return nullptr;
    }

    // ---- rows ----

    const char* bounds(const weir_row& r) const {
      if (std::uint64_t{r.tag0} + r.n_tag > head_->n_tags) {
        return "a row's tags are outside the block";
      }
      if (std::uint64_t{r.field0} + r.n_field > head_->n_fields) {
        return "a row's fields are outside the block";
      }
      if (r.n_field == 0) return "a row without fields";
      return nullptr;
    }
    const char* raw_row(const weir_row& r) const {
      const weir_field& f = block_.fields()[r.field0];
      if (r.n_field == 0 || f.type != WEIR_STRING) return "a raw row without its message";
      if (r.kind < WEIR_RAW_RECORD || r.kind > WEIR_RAW_STREAM) return "unknown kind of raw row";
      if (r.name >= head_->n_strs && r.name != WEIR_NO_ID) {
        return "a name is outside the string table";
      }
      for (std::uint32_t i = 1; i < r.n_field; ++i) {
        if (const char* wrong = one_field((&f)[i])) return wrong;
      }
      return in_blob(static_cast<std::uint32_t>(f.v.str), f.v.str >> 32)
                 ? nullptr
                 : "a message is outside the blob";
    }
    const char* metric_row(const weir_row& r) const {
      if (r.name >= head_->n_strs) return "a name is outside the string table";
      if (r.kind > WEIR_SUMMARY) return "unknown metric kind";
      const weir_field* f = block_.fields() + r.field0;
      for (std::uint32_t i = 0; i < r.n_field; ++i) {
        if (const char* wrong = one_field(f[i])) return wrong;
      }
      return nullptr;
    }
    const char* one_field(const weir_field& f) const {
      if (f.key >= head_->n_strs) return "a field key is outside the string table";
      if (f.type < WEIR_I64 || f.type > WEIR_STRING) return "unknown field type";
      if (f.type == WEIR_BOOL && f.v.u > 1) return "a boolean that is neither 0 nor 1";
      if (f.type == WEIR_STRING && !in_blob(static_cast<std::uint32_t>(f.v.str), f.v.str >> 32)) {
        return "a field value is outside the blob";
      }
      return nullptr;
    }
    // Most rows have the keys of the row before, which was looked at.
    bool same_keys(const weir_row& a, const weir_row& b) const {
      if (a.n_field != b.n_field) return false;
      const weir_field* f = block_.fields();
      for (std::uint32_t i = 0; i < a.n_field; ++i) {
        if (f[a.field0 + i].key != f[b.field0 + i].key) return false;
      }
      return true;
    }
    bool twice(const weir_row& r) const {
      const weir_field* f = block_.fields() + r.field0;
      if (r.n_field > 256) return false;
      for (std::uint32_t i = 1; i < r.n_field; ++i) {
        for (std::uint32_t k = 0; k < i; ++k) {
          if (block_.str(f[k].key) == block_.str(f[i].key)) return true;
        }
      }
      return false;
    }
    const char* tags(const weir_row& r) const {
      const weir_tag* t = block_.tags() + r.tag0;
      for (std::uint32_t i = 0; i < r.n_tag; ++i) {
        if (t[i].key >= head_->n_strs || t[i].val >= head_->n_strs) {
          return "a tag is outside the string table";
        }
        if (i != 0 && !(block_.str(t[i - 1].key) < block_.str(t[i].key))) {
          return "tags are not sorted and unique";
        }
      }
      return nullptr;
    }

    const weir_batch* head_;
    std::uint64_t bytes_;
    block block_;
  };
  }  // namespace detail

  // nullptr when the bytes hold a batch, else what is wrong with it.
  inline const char* validate(const void* data, std::uint64_t bytes) {
    return detail::validator(static_cast<const weir_batch*>(data), bytes).run();
  }

}  // namespace v1
}  // namespace weir
