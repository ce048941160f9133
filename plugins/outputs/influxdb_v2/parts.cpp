#include "plugins/outputs/influxdb_v2/parts.hpp"

#include <algorithm>
#include <unordered_map>

namespace weir::influxdb_v2_output {
namespace {

// As line protocol writes it.
std::string escaped(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == ',' || c == '=' || c == ' ') out += '\\';
    out += c;
  }
  return out;
}

// Where one of the characters stands that no backslash stands before; else the end.
std::size_t find_bare(std::string_view text, std::string_view any_of, std::size_t at) {
  while (at < text.size() && any_of.find(text[at]) == std::string_view::npos) {
    at += text[at] == '\\' ? 2 : 1;
  }
  return std::min(at, text.size());
}

// Behind the line feed of a line whose fields begin at at. In strings there may be others.
std::size_t end_of_fields(std::string_view text, std::size_t at) {
  bool quoted = false;
  for (; at < text.size(); ++at) {
    if (text[at] == '\n' && !quoted) return at + 1;
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      quoted = !quoted && text[at - 1] == '=';
    }
  }
  return text.size();
}

// The bytes of consecutive rows.
std::string_view bytes_of(const delivery& rows, Range range) {
  const std::string_view last = rows.bytes_of(range.end - 1);
  const char* const all = rows.bytes().data();
  const char* const begin = rows.bytes_of(range.begin).data();
  const char* const end = last.data() + last.size();
  return rows.bytes().substr(static_cast<std::size_t>(begin - all),
                             static_cast<std::size_t>(end - begin));
}

std::vector<Part> make_shares(const delivery& rows, Range range, std::string_view bucket,
                              std::uint32_t shares) {
  std::vector<Part> parts;
  const std::uint32_t n = range.end - range.begin;
  const std::uint32_t each = (n + shares - 1) / shares;
  for (std::uint32_t begin = range.begin; begin < range.end; begin += each) {
    const Range share{begin, std::min(range.end, begin + each)};
    Part part{bucket, bytes_of(rows, share), {}, {}};
    for (std::uint32_t r = share.begin; r < share.end; ++r) {
      if (rows.selected(r)) part.rows.push_back(r);
    }
    if (!part.text.empty()) parts.push_back(std::move(part));
  }
  return parts;
}

}  // namespace

void append_without_tag(std::string& to, std::string_view lines, std::string_view tag) {
  const std::string begin = escaped(tag) + '=';
  while (!lines.empty()) {
    std::size_t at = find_bare(lines, ", ", 0);
    to.append(lines.substr(0, at));
    while (at < lines.size() && lines[at] == ',') {
      const std::size_t end = find_bare(lines, ", ", at + 1);
      const std::string_view pair = lines.substr(at, end - at);
      if (!pair.substr(1).starts_with(begin)) to.append(pair);
      at = end;
    }
    const std::size_t end = end_of_fields(lines, at);
    to.append(lines.substr(at, end - at));
    lines.remove_prefix(end);
  }
}

std::vector<Part> make_parts(const delivery& rows, Range range, const Buckets& buckets,
                             std::uint32_t shares) {
  if (buckets.tag.empty()) return make_shares(rows, range, buckets.other, shares);
  std::vector<Part> parts;
  std::unordered_map<std::string_view, std::size_t> known;
  for (std::uint32_t r = range.begin; r < range.end; ++r) {
    if (!rows.selected(r)) continue;
    const row at(rows.home(), rows.home().rows()[r]);
    const std::string_view value = at.tag(buckets.tag);
    const std::string_view bucket = value.data() == nullptr ? buckets.other : value;
    const auto [place, is_new] = known.try_emplace(bucket, parts.size());
    if (is_new) parts.push_back({bucket, {}, {}, {}});
    Part& part = parts[place->second];
    part.rows.push_back(r);
    if (buckets.leave_out) {
      append_without_tag(part.own, rows.bytes_of(r), buckets.tag);
    } else {
      part.own.append(rows.bytes_of(r));
    }
  }
  for (Part& part : parts) part.text = part.own;
  std::erase_if(parts, [](const Part& part) { return part.text.empty(); });
  return parts;
}

}  // namespace weir::influxdb_v2_output
