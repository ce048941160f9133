#include "plugins/common/series/kept_rows.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <new>

namespace weir::common {

KeptRow* RowKeeper::make() {
  void* at = index_.take(sizeof(KeptRow));
  return at == nullptr ? nullptr : new (at) KeptRow{};
}

RowKeeper::Content RowKeeper::content_of(const block& home, const weir_field& f) {
  switch (f.type) {
    case WEIR_STRING: return {f.type, 0, home.text(f.v.str)};
    case WEIR_F64: return {f.type, std::bit_cast<std::uint64_t>(f.v.f), {}};
    case WEIR_I64: return {f.type, std::bit_cast<std::uint64_t>(f.v.i), {}};
    default: return {f.type, f.v.u, {}};
  }
}

// Room for one more field, whose text keeps the room that an earlier one had there.
KeptField* RowKeeper::add(KeptRow& to, std::uint32_t key) {
  if (to.n == to.room) {
    const std::uint32_t room = std::max<std::uint32_t>(4, to.room * 2);
    auto* fresh = static_cast<KeptField*>(index_.take(room * sizeof(KeptField)));
    if (fresh == nullptr) return nullptr;
    std::uninitialized_value_construct_n(fresh, room);
    std::copy_n(to.fields, to.room, fresh);
    to.fields = fresh;
    to.room = room;
  }
  KeptField& field = to.fields[to.n];
  field.key = key;
  return &field;
}

bool RowKeeper::put(KeptField& to, const Content& content) {
  const auto size = static_cast<std::uint32_t>(content.text.size());
  if (size > to.room) {
    const std::uint32_t room = std::max(size, to.room * 2);
    auto* text = static_cast<char*>(index_.take(room));
    if (text == nullptr) return false;
    to.text = text;
    to.room = room;
  }
  if (size != 0) std::memcpy(to.text, content.text.data(), size);
  to.type = content.type;
  to.size = size;
  to.bits = content.bits;
  return true;
}

bool RowKeeper::set(KeptRow& to, const block& home, const weir_field& f) {
  const std::uint32_t key = index_.key_of(f.key);
  if (key == SeriesIndex::none) return false;
  KeptField* there = find(to, key);
  if (there != nullptr) return put(*there, content_of(home, f));
  KeptField* made = add(to, key);
  if (made == nullptr || !put(*made, content_of(home, f))) return false;
  ++to.n;
  return true;
}

// Keys of a row are distinct: nothing has to be looked for.
bool RowKeeper::assign(KeptRow& to, const block& home, const weir_row& from) {
  to.time_ns = from.time_ns;
  to.kind = from.kind;
  to.n = 0;
  const weir_field* f = home.fields() + from.field0;
  for (const weir_field* end = f + from.n_field; f != end; ++f) {
    const std::uint32_t key = index_.key_of(f->key);
    KeptField* made = key == SeriesIndex::none ? nullptr : add(to, key);
    if (made == nullptr || !put(*made, content_of(home, *f))) return false;
    ++to.n;
  }
  return true;
}

bool RowKeeper::copy(KeptRow& to, const KeptRow& from, const SeriesIndex& of) {
  to.time_ns = from.time_ns;
  to.kind = from.kind;
  to.n = 0;
  for (std::uint32_t i = 0; i < from.n; ++i) {
    const KeptField& f = from.fields[i];
    const std::uint32_t key = index_.number_of(of.text(f.key));
    KeptField* made = key == SeriesIndex::none ? nullptr : add(to, key);
    if (made == nullptr || !put(*made, {f.type, f.bits, {f.text, f.size}})) return false;
    ++to.n;
  }
  return true;
}

void RowKeeper::emit(sink& out, std::uint32_t series, const KeptRow& row, std::string_view suffix) {
  builder& made = out.metric(index_.name(series), row.time_ns).kind(row.kind);
  for (std::uint32_t i = 0; i < index_.tags(series); ++i) {
    made.tag(index_.tag_key(series, i), index_.tag_value(series, i));
  }
  for (std::uint32_t i = 0; i < row.n; ++i) {
    key_.assign(index_.text(row.fields[i].key)).append(suffix);
    write(made, key_, row.fields[i]);
  }
}

KeptField* RowKeeper::find(const KeptRow& row, std::uint32_t key) {
  KeptField* end = row.fields + row.n;
  KeptField* found =
      std::find_if(row.fields, end, [key](const KeptField& f) { return f.key == key; });
  return found == end ? nullptr : found;
}

bool RowKeeper::same(const KeptField& kept, const block& home, const weir_field& f) {
  if (kept.type != f.type) return false;
  if (f.type == WEIR_STRING) return std::string_view(kept.text, kept.size) == home.text(f.v.str);
  if (f.type == WEIR_F64) return std::bit_cast<double>(kept.bits) == f.v.f;
  return kept.bits == content_of(home, f).bits;
}

void RowKeeper::write(builder& row, std::string_view key, const KeptField& f) {
  switch (f.type) {
    case WEIR_I64: row.field(key, std::bit_cast<std::int64_t>(f.bits)); break;
    case WEIR_U64: row.field(key, f.bits); break;
    case WEIR_F64: row.field(key, std::bit_cast<double>(f.bits)); break;
    case WEIR_BOOL: row.field(key, f.bits != 0); break;
    default: row.field(key, std::string_view(f.text, f.size));
  }
}

}  // namespace weir::common
