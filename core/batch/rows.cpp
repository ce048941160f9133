#include "core/batch/rows.hpp"

#include <cstring>
#include <limits>

namespace weir {

namespace {

template <typename F>
void for_each_row(const Selection& s, F&& f) {
  const weir_row* rows = block(s.batch).rows();
  for_each_selected(s.mask, s.row0, s.n_rows, [&](std::uint32_t r) { f(rows[r]); });
}

std::uint32_t length_of(const weir_field& f) {
  return f.type == WEIR_STRING ? static_cast<std::uint32_t>(f.v.str >> 32) : 0;
}

// Whether copying all of the block costs less than picking: what is not selected is dead weight afterwards.
bool mostly_selected(const Selection& s, std::uint32_t n) {
  return n == s.batch->n_rows || selected_bytes(s) * 2 >= s.batch->total;
}

template <typename T>
void copy_items(std::uint8_t* to, const T* from, std::size_t n) {
  if (n != 0) std::memcpy(to, from, n * sizeof(T));
}

}  // namespace

std::uint32_t count_selected(const Selection& s) {
  return count_selected(s.mask, s.row0, s.n_rows);
}

std::uint64_t selected_bytes(const Selection& s) {
  const weir_batch& b = *s.batch;
  std::uint64_t messages = 0;
  std::uint64_t cells = 0;  // rows and fields: what the rest of a metric block is divided by
  const weir_field* fields = block(s.batch).fields();
  const bool raw = b.signal == WEIR_SIG_RAW;
  for_each_row(s, [&](const weir_row& r) {
    cells += 1U + r.n_field;
    if (raw) messages += length_of(fields[r.field0]);
  });
  if (raw) return messages + cells / 2 * (sizeof(weir_row) + sizeof(weir_field));
  const std::uint64_t all = std::uint64_t{b.n_rows} + b.n_fields;
  return all == 0 ? 0 : b.total * std::min(cells, all) / all;
}

Selection take_front(Selection& s, std::uint32_t n) {
  Selection front = s;
  std::uint32_t end = s.row0;
  std::uint32_t left = n;
  for_each_word(s.mask, s.row0, s.n_rows, [&](std::size_t w, std::uint64_t bits) {
    for (; left != 0 && bits != 0; bits &= bits - 1, --left) {
      end =
          static_cast<std::uint32_t>(w * 64 + static_cast<std::size_t>(std::countr_zero(bits))) + 1;
    }
  });
  front.n_rows = end - s.row0;
  s.n_rows -= front.n_rows;
  s.row0 = end;
  return front;
}

// Collects what the selected rows of one block use.
class Merge::Picker {
 public:
  Picker(const weir_batch* head, Picked& to) : block_(head), to_(to), ranges_(head->n_tags) {
    to_.new_ids.assign(head->n_strs, WEIR_NO_ID);
  }

  void add(const weir_row& r) {
    weir_row made = r;
    if (r.name != WEIR_NO_ID) made.name = id(r.name);
    pick_tags(made);
    made.field0 = fields_;
    fields_ += r.n_field;
    pick_fields(r);
    to_.rows.push_back(made);
  }
  [[nodiscard]] std::uint32_t fields() const { return fields_; }
  [[nodiscard]] std::uint64_t blob() const { return blob_; }

 private:
  struct Range {  // where the tags from here on were put, and how many of them
    std::uint32_t tag0{0}, n_tag{0};
  };

  std::uint32_t id(std::uint32_t old) {
    std::uint32_t& fresh = to_.new_ids[old];
    if (fresh == WEIR_NO_ID) {
      fresh = static_cast<std::uint32_t>(to_.old_ids.size());
      to_.old_ids.push_back(old);
      blob_ += block_.strs()[old].len;
    }
    return fresh;
  }
  void pick_tags(weir_row& made) {
    const std::uint32_t from = made.tag0;
    made.tag0 = 0;
    if (made.n_tag == 0) return;
    Range& known = ranges_[from];
    if (known.n_tag != made.n_tag) known = copy_tags(from, made.n_tag);
    made.tag0 = known.tag0;
  }
  Range copy_tags(std::uint32_t from, std::uint32_t n) {
    const Range r{static_cast<std::uint32_t>(to_.tags.size()), n};
    for (const weir_tag* t = block_.tags() + from; t != block_.tags() + from + n; ++t) {
      to_.tags.push_back({id(t->key), id(t->val)});
    }
    return r;
  }
  void pick_fields(const weir_row& r) {
    const weir_field* first = block_.fields() + r.field0;
    for (const weir_field* f = first; f != first + r.n_field; ++f) {
      if (f->key != WEIR_NO_ID) id(f->key);
      blob_ += length_of(*f);
    }
  }

  block block_;
  Picked& to_;
  std::vector<Range> ranges_;
  std::uint32_t fields_{0};
  std::uint64_t blob_{0};
};

Merge::Merge(std::span<const Selection> selections, Room room) : room_(room) {
  parts_.reserve(selections.size());
  for (const Selection& s : selections) {
    const std::uint32_t n = count_selected(s);
    if (n == 0) continue;
    signal_ = s.batch->signal;
    parts_.push_back({s, counts_, nullptr});
    if (mostly_selected(s, n)) {
      add_whole(s);
    } else {
      add_picked(s, parts_.back());
    }
    counts_.rows += n;
  }
  if (parts_.size() == 1) keep_extensions(*parts_[0].selection.batch);
}

void Merge::add_whole(const Selection& s) {
  counts_.tags += s.batch->n_tags;
  counts_.fields += s.batch->n_fields;
  counts_.strings += s.batch->n_strs;
  counts_.blob += s.batch->len_blob;
}

void Merge::add_picked(const Selection& s, Part& part) {
  part.picked = std::make_unique<Picked>();
  Picker picker(s.batch, *part.picked);
  for_each_row(s, [&picker](const weir_row& r) { picker.add(r); });
  counts_.tags += part.picked->tags.size();
  counts_.fields += picker.fields();
  counts_.strings += part.picked->old_ids.size();
  counts_.blob += picker.blob();
}

void Merge::keep_extensions(const weir_batch& b) {
  const auto* from =
      reinterpret_cast<const weir_ext*>(reinterpret_cast<const std::uint8_t*>(&b) + b.off_ext);
  for (std::uint32_t i = 0; i < b.n_ext; ++i) {
    if (from[i].id == WEIR_X_HEADROOM) continue;  // the room is not copied
    extensions_.push_back(from[i]);
    counts_.blob += from[i].len;
  }
}

detail::layout Merge::layout() const {
  const auto with_room = [this](std::uint64_t n, std::uint32_t least) {
    const auto used = static_cast<std::uint32_t>(n);
    return room_ == Room::slack ? used + detail::slack(used, least) : used;
  };
  return {counts_.rows,
          with_room(counts_.tags, 16),
          with_room(counts_.fields, 8),
          with_room(counts_.strings, 16),
          static_cast<std::uint32_t>(extensions_.size()),
          with_room(counts_.blob, 256)};
}

std::uint64_t Merge::bytes() const {
  const std::uint64_t used = sizeof(weir_batch) + counts_.rows * sizeof(weir_row) +
                             counts_.tags * sizeof(weir_tag) + counts_.fields * sizeof(weir_field) +
                             counts_.strings * sizeof(weir_sref) + counts_.blob;
  return used > std::numeric_limits<std::uint32_t>::max() / 2 ? used * 2 : layout().bytes();
}

// Copies one part after another into the sections of the new block.
class Merge::Writer {
 public:
  explicit Writer(std::uint8_t* out)
      : out_(out), head_(*reinterpret_cast<const weir_batch*>(out)) {}

  void add(const Part& p) {
    base_ = p.base;
    from_ = block(p.selection.batch);
    if (p.picked) {
      picked(p);
    } else {
      whole(p.selection);
    }
  }
  void add_extensions(const std::vector<weir_ext>& list, const weir_batch* from) {
    auto* to = section<weir_ext>(head_.off_ext, 0);
    for (const weir_ext& x : list) {
      *to++ = {x.id, append(block(from).blob() + x.off, x.len), x.len, x.rsv};
    }
  }

 private:
  template <typename T>
  T* section(std::uint32_t off, std::uint64_t at) {
    return reinterpret_cast<T*>(out_ + off) + at;
  }
  std::uint32_t append(const char* bytes, std::uint32_t n) {
    const std::uint32_t at = blob_;
    copy_items(out_ + head_.off_blob + at, bytes, n);
    blob_ += n;
    return at;
  }

  void whole(const Selection& s) {
    const weir_batch& b = *s.batch;
    const std::uint32_t text0 = append(from_.blob(), b.len_blob);
    const auto str0 = static_cast<std::uint32_t>(base_.strings);
    auto* row = section<weir_row>(head_.off_rows, base_.rows);
    for_each_row(s, [&](const weir_row& r) {
      *row = r;
      if (r.name != WEIR_NO_ID) row->name += str0;
      row->tag0 += static_cast<std::uint32_t>(base_.tags);
      row->field0 += static_cast<std::uint32_t>(base_.fields);
      ++row;
    });
    move_tags(b.n_tags, str0);
    move_fields(b.n_fields, str0, text0);
    auto* str = section<weir_sref>(head_.off_strs, base_.strings);
    for (std::uint32_t i = 0; i < b.n_strs; ++i) {
      str[i] = {from_.strs()[i].off + text0, from_.strs()[i].len};
    }
  }
  void move_tags(std::uint32_t n, std::uint32_t str0) {
    auto* tag = section<weir_tag>(head_.off_tags, base_.tags);
    for (std::uint32_t i = 0; i < n; ++i) {
      tag[i] = {from_.tags()[i].key + str0, from_.tags()[i].val + str0};
    }
  }
  void move_fields(std::uint32_t n, std::uint32_t str0, std::uint32_t text0) {
    auto* field = section<weir_field>(head_.off_fields, base_.fields);
    copy_items(reinterpret_cast<std::uint8_t*>(field), from_.fields(), n);
    for (std::uint32_t i = 0; i < n; ++i) {
      if (field[i].key != WEIR_NO_ID) field[i].key += str0;
      if (field[i].type == WEIR_STRING) field[i].v.str += text0;
    }
  }

  void picked(const Part& p) {
    strings(*p.picked);
    const auto str0 = static_cast<std::uint32_t>(base_.strings);
    auto* row = section<weir_row>(head_.off_rows, base_.rows);
    for (const weir_row& r : p.picked->rows) {
      *row = r;
      if (r.name != WEIR_NO_ID) row->name += str0;
      row->tag0 += static_cast<std::uint32_t>(base_.tags);
      row->field0 += static_cast<std::uint32_t>(base_.fields);
      ++row;
    }
    auto* tag = section<weir_tag>(head_.off_tags, base_.tags);
    for (const weir_tag& t : p.picked->tags) *tag++ = {t.key + str0, t.val + str0};
    auto* field = section<weir_field>(head_.off_fields, base_.fields);
    for_each_row(p.selection, [&](const weir_row& r) { field = pick_fields(r, field, *p.picked); });
  }
  void strings(const Picked& p) {
    auto* str = section<weir_sref>(head_.off_strs, base_.strings);
    for (const std::uint32_t old : p.old_ids) {
      const weir_sref s = from_.strs()[old];
      *str++ = {append(from_.blob() + s.off, s.len), s.len};
    }
  }
  weir_field* pick_fields(const weir_row& r, weir_field* to, const Picked& p) {
    for (std::uint32_t i = 0; i < r.n_field; ++i, ++to) {
      *to = from_.fields()[r.field0 + i];
      if (to->key != WEIR_NO_ID) {
        to->key = static_cast<std::uint32_t>(base_.strings) + p.new_ids[to->key];
      }
      if (to->type != WEIR_STRING) continue;
      const std::string_view text = from_.text(to->v.str);
      to->v.str = detail::pack_ref(append(text.data(), static_cast<std::uint32_t>(text.size())),
                                   text.size());
    }
    return to;
  }

  std::uint8_t* out_;
  const weir_batch& head_;
  block from_{nullptr};
  Counts base_;
  std::uint32_t blob_{0};
};

std::uint32_t Merge::write(std::uint8_t* out) const {
  if (bytes() > std::numeric_limits<std::uint32_t>::max()) return 0;
  auto* head = reinterpret_cast<weir_batch*>(out);
  *head = weir_batch{};
  layout().write(head);
  head->signal = signal_;
  head->n_rows = counts_.rows;
  head->n_tags = static_cast<std::uint32_t>(counts_.tags);
  head->n_fields = static_cast<std::uint32_t>(counts_.fields);
  head->n_strs = static_cast<std::uint32_t>(counts_.strings);
  head->n_ext = static_cast<std::uint32_t>(extensions_.size());
  head->len_blob = static_cast<std::uint32_t>(counts_.blob);
  head->total = head->off_blob + head->len_blob;
  Writer writer(out);
  for (const Part& p : parts_) writer.add(p);
  if (!extensions_.empty()) writer.add_extensions(extensions_, parts_[0].selection.batch);
  return head->total;
}

namespace {

detail::layout layout_with_slack(const weir_batch& b) {
  using detail::slack;
  return {b.n_rows,
          b.n_tags + slack(b.n_tags, 16),
          b.n_fields + slack(b.n_fields, 8),
          b.n_strs + slack(b.n_strs, 16),
          b.n_ext,
          b.len_blob + slack(b.len_blob, 256)};
}

}  // namespace

std::uint64_t copy_bytes(const weir_batch& b) { return layout_with_slack(b).bytes(); }

std::uint32_t copy_with_slack(const weir_batch& b, std::uint8_t* out) {
  const auto* from = reinterpret_cast<const std::uint8_t*>(&b);
  auto* head = reinterpret_cast<weir_batch*>(out);
  *head = b;
  layout_with_slack(b).write(head);
  head->total = head->off_blob + head->len_blob;
  copy_items(out + head->off_rows, from + b.off_rows, b.n_rows * sizeof(weir_row));
  copy_items(out + head->off_tags, from + b.off_tags, b.n_tags * sizeof(weir_tag));
  copy_items(out + head->off_fields, from + b.off_fields, b.n_fields * sizeof(weir_field));
  copy_items(out + head->off_strs, from + b.off_strs, b.n_strs * sizeof(weir_sref));
  copy_items(out + head->off_ext, from + b.off_ext, b.n_ext * sizeof(weir_ext));
  copy_items(out + head->off_blob, from + b.off_blob, b.len_blob);
  return head->total;
}

}  // namespace weir
