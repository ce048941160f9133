#include "plugins/inputs/statsd/kept.hpp"

#include <utility>

namespace weir::statsd {
namespace {

// What nodes of the containers take beside their texts, about.
constexpr std::size_t series_bytes = 256;
constexpr std::size_t field_bytes = sizeof(KeptField) + 128;
constexpr std::size_t member_bytes = 64;

std::size_t bytes_of(const Series& series) {
  return series_bytes + 2 * series.identity.size() + series.n_tags * sizeof(Tags::value_type) +
         series.name.size();
}

std::size_t bytes_of(const std::string& identity, const KeptSeries& series) {
  std::size_t bytes = series_bytes + 2 * identity.size() +
                      series.tags.size() * sizeof(Tags::value_type) + series.name.size();
  for (const auto& [name, field] : series.fields) {
    bytes += field_bytes + name.size();
    for (const std::string& member : field.members) bytes += member_bytes + member.size();
  }
  return bytes;
}

}  // namespace

void Kept::attach(const host& home) {
  memory_.pool.attach(home);
  charge_.attach(home);
}

bool Kept::room(std::size_t bytes) {
  const bool granted = charge_.hold(bytes_ + bytes);
  if (granted) bytes_ += bytes;
  return granted;
}

KeptSeries* Kept::series_of(const Cell& cell) {
  const Series& from = *cell.series;
  const auto known = all_.find(from.identity);
  if (known != all_.end()) return &known->second;
  if (all_.size() >= series_max || !room(bytes_of(from))) return nullptr;
  KeptSeries made{cell.kind, std::string(from.name), {}, {}};
  for (std::uint32_t i = 0; i < from.n_tags; ++i) {
    made.tags.emplace_back(from.tags[i].key, from.tags[i].value);
  }
  return &all_.emplace(from.identity, std::move(made)).first->second;
}

KeptField* Kept::field_of(const Cell& cell) {
  KeptSeries* const series = series_of(cell);
  if (series == nullptr) return nullptr;
  const auto known = series->fields.find(cell.field);
  if (known != series->fields.end()) return &known->second;
  if (!room(field_bytes + cell.field.size())) return nullptr;
  KeptField& made = series->fields[std::string(cell.field)];
  if (cell.kind == Kind::timing) made.stats = &made.own;
  return &made;
}

void Kept::add(const Cell& cell, const Totals& more) {
  KeptField* const field = field_of(cell);
  if (field == nullptr) {
    ++refused_;
    return;
  }
  KeptSeries& series = *series_of(cell);
  series.last_ns = std::max(series.last_ns, more.last_ns);
  switch (cell.kind) {
    case Kind::counter:
      field->integer += more.integer;
      field->number += more.number;
      break;
    case Kind::gauge: field->number = more.number + (more.absolute ? 0 : field->number); break;
    case Kind::timing:
      if (more.stats != nullptr) field->own.add(*more.stats, memory_);
      break;
    default: break;
  }
}

void Kept::add_member(const Cell& cell, std::string_view member) {
  KeptField* const field = field_of(cell);
  if (field == nullptr || !room(member_bytes + member.size())) {
    ++refused_;
    return;
  }
  if (!field->members.emplace(member).second) bytes_ -= member_bytes + member.size();
  field->integer = field->members.size();
}

void Kept::expire(std::int64_t before_ns) {
  for (auto at = all_.begin(); at != all_.end();) {
    if (at->second.last_ns >= before_ns) {
      ++at;
      continue;
    }
    bytes_ -= bytes_of(at->first, at->second);
    for (auto& [name, field] : at->second.fields) field.own.clear(memory_);
    at = all_.erase(at);
  }
  charge_.hold(bytes_);
}

std::uint64_t Kept::take_refused() {
  return std::exchange(refused_, 0) + std::exchange(memory_.refused, 0);
}

}  // namespace weir::statsd
