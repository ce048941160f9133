#include "plugins/common/parsing/memo.hpp"

#include <cstring>

#include <weir/hash.hpp>

#include "plugins/common/parsing/scan.hpp"

namespace weir::common {
namespace {

// Is one of the four 16-bit parts of bucket equal to part?
bool holds(std::uint64_t bucket, std::uint16_t part) {
  const std::uint64_t x = bucket ^ (part * 0x0001000100010001ULL);
  return ((x - 0x0001000100010001ULL) & ~x & 0x8000800080008000ULL) != 0;
}

}  // namespace

// ---- Memo ----

void Memo::set_host(weir::host h) {
  host_ = h;
  budget_ = h ? h.extension<weir_budget_v1>(WEIR_EXT_BUDGET) : nullptr;
}

std::uint32_t Memo::find_series(const char* raw, std::uint32_t len, std::uint64_t hashed) {
  return series_index_.find(hashed, [&](std::uint32_t i) {
    return series_[i].raw_len == len && same(series_[i].raw, raw, len);
  });
}

void Memo::materialize(Series& s, sink& out) {
  string_table& strings = out.strings();
  const std::uint32_t generation = out.generation();
  tags_.resize(s.n_own);
  for (std::uint32_t i = 0; i < s.n_own; ++i) {
    tags_[i].key = id_of(s.tags[2 * i], strings, generation);
    tags_[i].val = id_of(s.tags[2 * i + 1], strings, generation);
  }
  s.name_id = id_of(s.name, strings, generation);
  s.tag0 = out.add_tags(tags_.data(), s.n_own);
  s.n_tag = out.n_tags_from(s.tag0);
  s.seen = generation;
}

bool Memo::seen_before(std::uint64_t hashed) {
  if (seen_.empty()) {
    if (!has_room(seen_buckets * sizeof(std::uint64_t))) return false;
    seen_.assign(seen_buckets, 0);
  }
  std::uint64_t& bucket = seen_[hashed & (seen_buckets - 1)];
  const auto part = static_cast<std::uint16_t>((hashed >> 48U) | 1U);
  if (holds(bucket, part)) return true;
  bucket = (bucket << 16U) | part;
  return false;
}

std::uint32_t Memo::add_series(std::string_view raw, std::uint64_t hashed, std::uint32_t name,
                               const std::vector<weir_tag>& tags, const string_table& table) {
  const std::size_t more = raw.size() + tags.size() * 64 + 256;
  const auto at = static_cast<std::uint32_t>(series_.size());
  if (at >= series_max || !has_room(more) || !series_index_.add(hashed, at)) {
    ++refused_;
    return none;
  }
  Series s{};
  char* const bytes = arena_.take(raw.size());
  std::memcpy(bytes, raw.data(), raw.size());
  s.raw = bytes;
  s.raw_len = static_cast<std::uint32_t>(raw.size());
  s.name = texts_.add(table.str(name));
  s.next = none;
  s.n_own = static_cast<std::uint16_t>(tags.size());
  s.tags = reinterpret_cast<std::uint32_t*>(arena_.take(tags.size() * 2 * sizeof(std::uint32_t)));
  for (std::size_t i = 0; i < tags.size(); ++i) {
    s.tags[2 * i] = texts_.add(table.str(tags[i].key));
    s.tags[2 * i + 1] = texts_.add(table.str(tags[i].val));
  }
  series_.push_back(s);
  return at;
}

void Memo::set_fields(Series& s, const std::uint32_t* keys, std::uint32_t n) {
  if (n > s.room_fields) {
    const std::size_t room = std::size_t{n} + (s.room_fields != 0 ? n : 0);
    if (!has_room(room * sizeof(std::uint32_t))) return;
    s.fields = reinterpret_cast<std::uint32_t*>(arena_.take(room * sizeof(std::uint32_t)));
    s.room_fields = static_cast<std::uint32_t>(room);
  }
  std::memcpy(s.fields, keys, n * sizeof(std::uint32_t));
  s.n_fields = n;
}

std::uint32_t Memo::find_key(std::string_view raw, std::uint64_t hashed) const {
  return key_index_.find(hashed, [&](std::uint32_t i) {
    return std::string_view(keys_[i].raw, keys_[i].raw_len) == raw;
  });
}

std::uint32_t Memo::add_key(std::string_view raw, std::uint64_t hashed, std::string_view t) {
  if (!has_room(raw.size() + t.size() + 128)) full_ = true;
  char* const bytes = arena_.take(raw.size());
  std::memcpy(bytes, raw.data(), raw.size());
  const auto at = static_cast<std::uint32_t>(keys_.size());
  if (!key_index_.add(hashed, at)) full_ = true;  // it works, but would be added again
  keys_.push_back({bytes, static_cast<std::uint32_t>(raw.size()), texts_.add(t), 0, 0});
  return at;
}

bool Memo::trim() {
  // Known series pay for the memory; when most are others, the ones it knows are those of
  // yesterday.
  const bool stale = refused_ > 4 * std::uint64_t{series_max} && refused_ > found_;
  if (!full_ && !stale && keys_.size() < keys_max) return false;
  forget_series();
  return true;
}

void Memo::forget() {
  seen_ = std::vector<std::uint64_t>();
  forget_series();
}

void Memo::forget_series() {
  series_ = std::vector<Series>();  // = {} would keep the memory
  texts_.clear();
  keys_ = std::vector<FieldKey>();
  series_index_.clear();
  key_index_.clear();
  arena_.clear();
  refused_ = found_ = 0;
  full_ = false;
  charge_to(bytes());
}

std::size_t Memo::bytes() const {
  return arena_.bytes() + series_.capacity() * sizeof(Series) + texts_.bytes() +
         keys_.capacity() * sizeof(FieldKey) + series_index_.bytes() + key_index_.bytes() +
         seen_.capacity() * sizeof(std::uint64_t);
}

bool Memo::has_room(std::size_t more) {
  const std::size_t want = bytes() + more;
  if (want > bytes_max) return false;
  return want <= charged_ || charge_to(want + charge_step);
}

bool Memo::charge_to(std::size_t bytes) {
  if (budget_ != nullptr && bytes != charged_) {
    const auto delta = static_cast<std::int64_t>(bytes) - static_cast<std::int64_t>(charged_);
    if (budget_->charge(host_.context(), delta) != WEIR_OK) return false;
  }
  charged_ = bytes;
  return true;
}

}  // namespace weir::common
