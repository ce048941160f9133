#include "plugins/inputs/kafka_consumer/record_block.hpp"

#include <algorithm>
#include <cstring>

namespace weir::kafka_consumer {
namespace {

std::uint64_t bytes_of(const std::vector<RecordBlock::Tag>& tags) {
  std::uint64_t n = 0;
  for (const auto& t : tags) n += t.key.size() + t.value.size();
  return n;
}

}  // namespace

void RecordBlock::clear() {
  records_.clear();
  tags_.clear();
  text_bytes_ = 0;
}

void RecordBlock::add(std::string_view text, std::int64_t time_ns) {
  records_.push_back({text, {}, time_ns, static_cast<std::uint32_t>(tags_.size()), 0, false});
  text_bytes_ += text.size();
}

void RecordBlock::tag(std::string_view key, std::string_view value) {
  tags_.push_back({key, value});
  ++records_.back().n_tags;
  text_bytes_ += key.size() + value.size();
}

// Sections of the block, each behind the one before, and where the next thing goes in them.
class RecordBlock::Writer {
 public:
  Writer(std::uint8_t* to, std::uint32_t rows, std::uint32_t tags, std::uint32_t strings)
      : to_(to) {
    auto& h = head();
    h = weir_batch{};
    h.magic = WEIR_BATCH_MAGIC;
    h.hdr_size = sizeof(weir_batch);
    h.version = WEIR_BATCH_VERSION;
    h.signal = WEIR_SIG_RAW;
    h.n_rows = h.n_fields = rows;
    h.n_ext = 1;
    h.off_rows = sizeof(weir_batch);
    h.off_tags = h.off_rows + rows * static_cast<std::uint32_t>(sizeof(weir_row));
    h.off_fields = h.off_tags + tags * static_cast<std::uint32_t>(sizeof(weir_tag));
    h.off_strs = h.off_fields + rows * static_cast<std::uint32_t>(sizeof(weir_field));
    h.off_ext = h.off_strs + strings * static_cast<std::uint32_t>(sizeof(weir_sref));
    h.off_blob = h.off_ext + static_cast<std::uint32_t>(sizeof(weir_ext));
  }
  weir_batch& head() { return *reinterpret_cast<weir_batch*>(to_); }
  template <typename T>
  T* section(std::uint32_t offset) {
    return reinterpret_cast<T*>(to_ + offset);
  }
  std::uint32_t blob(const void* from, std::size_t n) {
    const std::uint32_t at = head().len_blob;
    if (n != 0) std::memcpy(to_ + head().off_blob + at, from, n);
    head().len_blob += static_cast<std::uint32_t>(n);
    return at;
  }
  void source(const Source& s) {
    weir_source x{};
    x.size = sizeof x;
    x.partition = s.partition;
    x.first = s.first;
    x.next = s.next;
    x.stream_len = static_cast<std::uint32_t>(s.stream.size());
    const std::uint32_t at = blob(&x, sizeof x);
    blob(s.stream.data(), s.stream.size());
    *section<weir_ext>(head().off_ext) = {WEIR_X_SOURCE, at, head().len_blob - at, 0};
  }
  std::uint32_t string(std::string_view text) {
    const std::uint32_t at = blob(text.data(), text.size());
    section<weir_sref>(head().off_strs)[head().n_strs] = {at,
                                                          static_cast<std::uint32_t>(text.size())};
    return head().n_strs++;
  }
  std::uint32_t tags(const Tag* first, std::uint32_t n) {
    const std::uint32_t tag0 = head().n_tags;
    for (std::uint32_t i = 0; i < n; ++i) {
      const std::uint32_t key = string(first[i].key);
      section<weir_tag>(head().off_tags)[tag0 + i] = {key, string(first[i].value)};
    }
    head().n_tags += n;
    return tag0;
  }
  void record(std::uint32_t i, const Record& r, std::uint32_t tag0, std::uint32_t n_tags) {
    weir_row row{};
    row.time_ns = r.time_ns;
    row.name = r.name.data() == nullptr ? WEIR_NO_ID : string(r.name);
    row.tag0 = tag0;
    row.n_tag = static_cast<std::uint16_t>(n_tags);
    row.field0 = i;
    row.n_field = 1;
    row.kind = WEIR_RAW_RECORD;
    row.flags = r.fixed_time ? WEIR_ROW_TIME : 0;
    section<weir_row>(head().off_rows)[i] = row;
    weir_field f{};
    f.key = WEIR_NO_ID;
    f.type = WEIR_STRING;
    f.v.str = blob(r.text.data(), r.text.size()) | std::uint64_t{r.text.size()} << 32U;
    section<weir_field>(head().off_fields)[i] = f;
  }
  std::uint32_t end() {
    head().total = head().off_blob + head().len_blob;
    return head().total;
  }

 private:
  std::uint8_t* to_;
};

// The common tags come behind a record's own; then by key, and of equal keys the last.
void RecordBlock::order(Record& record) {
  const auto first = tags_.begin() + record.tag0;
  ordered_.assign(first, first + record.n_tags);
  ordered_.insert(ordered_.end(), common_.begin(), common_.end());
  std::stable_sort(ordered_.begin(), ordered_.end(),
                   [](const Tag& a, const Tag& b) { return a.key < b.key; });
  record.tag0 = static_cast<std::uint32_t>(tags_.size());
  for (const Tag& t : ordered_) {
    const bool again = tags_.size() > record.tag0 && tags_.back().key == t.key;
    if (again) tags_.pop_back();
    tags_.push_back(t);
  }
  record.n_tags = static_cast<std::uint32_t>(tags_.size()) - record.tag0;
}

std::uint64_t RecordBlock::bytes(const Source& source) const {
  const std::uint64_t with_tags = static_cast<std::uint64_t>(std::count_if(
      records_.begin(), records_.end(), [](const Record& r) { return r.n_tags != 0; }));
  const std::uint64_t tags = tags_.size() + common_.size() * (with_tags + 1);
  std::uint64_t names = 0;
  for (const Record& r : records_) names += sizeof(weir_sref) + r.name.size();
  return sizeof(weir_batch) + records_.size() * (sizeof(weir_row) + sizeof(weir_field)) + names +
         tags * (sizeof(weir_tag) + 2 * sizeof(weir_sref)) + sizeof(weir_ext) +
         sizeof(weir_source) + source.stream.size() + text_bytes_ +
         bytes_of(common_) * (with_tags + 1);
}

std::uint32_t RecordBlock::write(std::uint8_t* to, const Source& source) {
  for (Record& r : records_) {
    if (r.n_tags != 0) order(r);
  }
  std::uint32_t tags = static_cast<std::uint32_t>(common_.size());
  std::uint32_t names = 0;
  for (const Record& r : records_) {
    tags += r.n_tags;
    names += r.name.data() == nullptr ? 0 : 1;
  }
  Writer out(to, size(), tags, tags * 2 + names);
  out.source(source);
  const auto n_common = static_cast<std::uint32_t>(common_.size());
  const std::uint32_t common = out.tags(common_.data(), n_common);
  for (std::uint32_t i = 0; i < size(); ++i) {
    const Record& r = records_[i];
    const std::uint32_t tag0 = r.n_tags == 0 ? common : out.tags(&tags_[r.tag0], r.n_tags);
    out.record(i, r, tag0, r.n_tags == 0 ? n_common : r.n_tags);
  }
  return out.end();
}

}  // namespace weir::kafka_consumer
