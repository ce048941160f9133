#pragma once

// The keys of one row, to be changed: what editor::each_tag_keys and each_field_keys hand out, once for each
// distinct sequence of keys. What is done here must depend on the keys alone.
//
// Ownership  Borrowed for the call. Texts taken from it end with the next change.
// Threads    One thread.
// Errors     Throws std::bad_alloc.

#include <weir/builder.hpp>

namespace weir {
inline namespace v1 __attribute__((visibility("hidden"))) {

  class editor;

  namespace detail {
  // One tag or field of the result: its key, and where its value is from.
  struct key_slot {
    std::uint32_t key;
    std::uint32_t from;  // position in the row as it was, or no_source
    std::uint32_t val;   // a string id, with no_source
  };
  constexpr std::uint32_t no_source = 0xffffffffU;

  struct key_plan {
    pod_vector<key_slot> slots;
    pod_vector<std::uint32_t> renamed;  // where only names change: the places of those that do
    bool same = true;                   // nothing changes
    bool moves = false;                 // more than names changes

    std::uint32_t size() const { return slots.size(); }
    // Called when the slots are as they shall be, of a row with n keys.
    void settle(const std::uint32_t* keys, std::uint32_t n) {
      renamed.clear();
      moves = slots.size() != n;
      for (std::uint32_t i = 0; i < slots.size() && !moves; ++i) {
        moves = slots[i].from != i;
        if (slots[i].key != keys[i]) renamed.push(i);
      }
      same = !moves && renamed.size() == 0;
    }
    void write_tags(const weir_tag* in, weir_tag* out) const {
      for (std::uint32_t i = 0; i < slots.size(); ++i) {
        const key_slot& s = slots[i];
        out[i] = {s.key, s.from == no_source ? s.val : in[s.from].val};
      }
    }
    // The same over the tags that are read, of which there are at most in_place_max.
    static constexpr std::uint32_t in_place_max = 16;
    void rewrite_tags(weir_tag* at, std::uint32_t had) const {
      std::uint32_t vals[in_place_max];
      for (std::uint32_t i = 0; i < had; ++i) vals[i] = at[i].val;
      for (std::uint32_t i = 0; i < slots.size(); ++i) {
        const key_slot& s = slots[i];
        at[i] = {s.key, s.from == no_source ? s.val : vals[s.from]};
      }
    }
    // A field only ever moves to the front.
    void rewrite_fields(weir_field* at) const {
      for (std::uint32_t i = 0; i < slots.size(); ++i) {
        at[i] = at[slots[i].from];
        at[i].key = slots[i].key;
      }
    }
    template <typename Cell>
    void rewrite_names(Cell* at) const {
      for (std::uint32_t i = 0; i < renamed.size(); ++i) at[renamed[i]].key = slots[renamed[i]].key;
    }
  };
  }  // namespace detail

  // The field keys of a row, in its order.
  class field_keys {
   public:
    // How many there are now.
    std::uint32_t size() const { return plan_.slots.size(); }
    // Borrowed until the next change.
    std::string_view key(std::uint32_t i) const;
    // Index, or -1.
    int find(std::string_view key) const {
      for (std::uint32_t i = 0; i < size(); ++i) {
        if (this->key(i) == key) return static_cast<int>(i);
      }
      return -1;
    }
    // Another one with the new name goes, and the indices behind it move up.
    void rename(std::uint32_t i, std::string_view to) {
      if (key(i) == to) return;
      const int there = find(to);
      if (there >= 0) remove(static_cast<std::uint32_t>(there));
      if (there >= 0 && static_cast<std::uint32_t>(there) < i) --i;
      plan_.slots[i].key = intern(to);
    }
    void remove(std::uint32_t i) {
      detail::pod_vector<detail::key_slot>& s = plan_.slots;
      std::memmove(static_cast<void*>(s.data() + i), s.data() + i + 1,
                   (size() - i - 1) * sizeof(detail::key_slot));
      s.resize_down(size() - 1);
    }

   protected:
    friend class editor;
    field_keys(editor& home, detail::key_plan& plan, const std::uint32_t* keys, std::uint32_t n)
        : home_(home), plan_(plan) {
      plan_.slots.clear();
      for (std::uint32_t i = 0; i < n; ++i) plan_.slots.push({keys[i], i, 0});
    }
    std::uint32_t intern(std::string_view s);

    editor& home_;
    detail::key_plan& plan_;
  };

  // The tag keys of a row; the result is put in order when the call returns.
  class tag_keys : public field_keys {
   public:
    // The same value for all; it replaces the tag of that key.
    void set(std::string_view key, std::string_view value) {
      const int there = find(key);
      if (there < 0 && size() == 0xffff) return;  // no row can have more
      const std::uint32_t at = there < 0 ? size() : static_cast<std::uint32_t>(there);
      if (there < 0) plan_.slots.push({intern(key), 0, 0});
      plan_.slots[at].from = detail::no_source;
      plan_.slots[at].val = intern(value);
    }

   private:
    friend class editor;
    using field_keys::field_keys;
    void sort() {
      for (std::uint32_t i = 1; i < size(); ++i) {
        const detail::key_slot s = plan_.slots[i];
        const std::string_view text = key(i);
        std::uint32_t at = i;
        for (; at > 0 && text < key(at - 1); --at) plan_.slots[at] = plan_.slots[at - 1];
        plan_.slots[at] = s;
      }
    }
  };

}  // namespace v1
}  // namespace weir
