#include "plugins/inputs/statsd/directory.hpp"

#include <cstring>
#include <new>

namespace weir::statsd {
namespace {

using common::HashIndex;

// Kind, name and tags, such that no two that differ have the same text.
void spell(const Identity& id, Kind kind, std::string& out) {
  out.assign(1, static_cast<char>(kind));
  const auto add = [&](const std::string& text) {
    out += std::to_string(text.size());
    out += ':';
    out += text;
  };
  add(id.name);
  for (const auto& [key, value] : id.tags) {
    add(key);
    add(value);
  }
}

std::uint64_t hash_of_cell(const Series* series, std::string_view field) {
  return hash(series->identity) * 0xd6e8feb86659fd93ULL ^ hash(field);
}

}  // namespace

Directory::Directory(const Names& names, const host& home) : names_(names) { charge_.attach(home); }

// For bytes more and one more of each.
bool Directory::room(std::size_t bytes) {
  const std::size_t tables = HashIndex::bytes_for(aliases_.size() + 1) +
                             HashIndex::bytes_for(series_.size() + 1) +
                             HashIndex::bytes_for(cells_.size() + 1);
  // A vector that grows has its old and its new place at once.
  const std::size_t lists =
      3 * (aliases_.size() * sizeof(Alias) + (series_.size() + cells_.size()) * sizeof(void*));
  return charge_.hold(arena_.bytes_after(bytes) + tables + lists);
}

void* Directory::take(std::size_t bytes) { return room(bytes) ? arena_.take(bytes) : nullptr; }

std::string_view Directory::store(std::string_view text) {
  char* const at = arena_.take(text.size());
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  return {at, text.size()};
}

Cell* Directory::learn(std::string_view bucket, std::string_view extra, Type type, Refusal& why) {
  why = Refusal::no_name;
  if (!names_.resolve(bucket, type, extra, identity_)) return nullptr;
  why = Refusal::no_room;
  if (cells_.size() >= cells_max || aliases_.size() >= aliases_max) return nullptr;
  spell(identity_, kind_of(type), text_);
  const std::size_t texts = bucket.size() + extra.size() + 2 * text_.size();
  constexpr std::size_t waste = 64;  // of a piece of the arena, at most
  const std::size_t pieces = 8 + identity_.tags.size() * (sizeof(Tag) / sizeof(void*));
  if (!room(texts + sizeof(Series) + sizeof(Cell) + pieces * waste)) return nullptr;
  Series* const series = series_of(identity_);
  Cell* const cell = series == nullptr ? nullptr : cell_of(series, identity_, kind_of(type));
  if (cell == nullptr) return nullptr;
  text_.assign(bucket).append(extra);
  aliases_.push_back({store(text_), bucket.size(), type, cell});
  const bool found = aliases_index_.add(hash_of(bucket, extra, type),
                                        static_cast<std::uint32_t>(aliases_.size() - 1));
  return found ? cell : nullptr;
}

Series* Directory::series_of(const Identity& id) {
  const std::uint64_t hashed = hash(text_);
  const std::uint32_t known =
      series_index_.find(hashed, [&](std::uint32_t i) { return series_[i]->identity == text_; });
  return known == HashIndex::none ? add_series(id, hashed) : series_[known];
}

Series* Directory::add_series(const Identity& id, std::uint64_t hashed) {
  auto* const tags = reinterpret_cast<Tag*>(arena_.take(id.tags.size() * sizeof(Tag)));
  for (std::size_t i = 0; i < id.tags.size(); ++i) {
    new (tags + i) Tag{store(id.tags[i].first), store(id.tags[i].second)};
  }
  auto* const made = new (arena_.take(sizeof(Series)))
      Series{store(text_), store(id.name), tags, static_cast<std::uint32_t>(id.tags.size())};
  series_.push_back(made);
  const bool found = series_index_.add(hashed, static_cast<std::uint32_t>(series_.size() - 1));
  return found ? made : nullptr;
}

Cell* Directory::cell_of(Series* series, const Identity& id, Kind kind) {
  const std::uint64_t hashed = hash_of_cell(series, id.field);
  const std::uint32_t known = cells_index_.find(hashed, [&](std::uint32_t i) {
    return cells_[i]->series == series && cells_[i]->field == id.field;
  });
  if (known != HashIndex::none) return cells_[known];
  auto* const made = new (arena_.take(sizeof(Cell))) Cell{series, store(id.field), kind};
  cells_.push_back(made);
  const bool found = cells_index_.add(hashed, static_cast<std::uint32_t>(cells_.size() - 1));
  return found ? made : nullptr;
}

}  // namespace weir::statsd
