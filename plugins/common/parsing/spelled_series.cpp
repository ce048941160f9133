#include "plugins/common/parsing/spelled_series.hpp"

#include "plugins/common/parsing/digits.hpp"
#include "plugins/common/parsing/scan.hpp"
#include "plugins/common/parsing/tags.hpp"

namespace weir::common {

bool SpelledSeries::find(Memo& memo, sink& out) {
  std::uint32_t found = previous_ == Memo::none ? Memo::none : memo.series(previous_).next;
  if (found == Memo::none || !is(memo.series(found))) {
    spell();
    if (spelled_bytes_ > Memo::series_bytes_max) return false;
    hashed_ = series_hash(spelled_.data(), spelled_bytes_);
    found = memo.find_series(spelled_.data(), static_cast<std::uint32_t>(spelled_bytes_), hashed_);
    if (found == Memo::none) return false;
  }
  if (previous_ != Memo::none) memo.series(previous_).next = found;
  previous_ = found;
  memo.count_hit();
  const Series& s = memo.ready(found, out);
  name_id_ = s.name_id;
  tag0_ = s.tag0;
  n_tag_ = s.n_tag;
  return true;
}

bool SpelledSeries::is(const Series& s) const {
  const char* at = s.raw;
  const char* const end = at + s.raw_len;
  for (const Token& t : tokens_) {
    if (at == end || load8(at) != t.head()) return false;
    if (!same(at + sizeof(std::uint64_t), t.text, t.len)) return false;
    at += sizeof(std::uint64_t) + t.len;
  }
  return at == end;
}

void SpelledSeries::spell() {
  spelled_.clear();
  for (const Token& t : tokens_) {
    const std::uint64_t head = t.head();
    spelled_.append(reinterpret_cast<const char*>(&head), sizeof head).append(t.text, t.len);
  }
  spelled_bytes_ = spelled_.size();
  spelled_.append(slack_bytes, '\0');
}

bool SpelledSeries::make(Memo& memo, sink& out, std::uint32_t name_id,
                         std::vector<weir_tag>& tags) {
  sort_tags(tags, out.strings());
  name_id_ = name_id;
  tag0_ = out.add_tags(tags.data(), static_cast<std::uint32_t>(tags.size()));
  n_tag_ = out.n_tags_from(tag0_);
  if (spelled_bytes_ > Memo::series_bytes_max || !memo.seen_before(hashed_)) return false;
  learn(memo, out, tags);
  return true;
}

void SpelledSeries::learn(Memo& memo, sink& out, const std::vector<weir_tag>& tags) {
  const std::uint32_t i =
      memo.add_series({spelled_.data(), spelled_bytes_}, hashed_, name_id_, tags, out.strings());
  if (i == Memo::none) return;
  Series& s = memo.series(i);
  s.name_id = name_id_;
  s.tag0 = tag0_;
  s.n_tag = n_tag_;
  s.seen = out.generation();
  if (previous_ != Memo::none) memo.series(previous_).next = i;
  previous_ = i;
}

}  // namespace weir::common
