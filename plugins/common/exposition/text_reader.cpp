#include "plugins/common/exposition/text_reader.hpp"

#include <algorithm>
#include <cstring>

#include "plugins/common/exposition/sample_text.hpp"
#include "plugins/common/parsing/read_float.hpp"
#include "plugins/common/parsing/scan.hpp"

namespace weir::exposition {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

const char* skip_blanks(const char* p) {
  while (is_blank(*p)) ++p;
  return p;
}

std::string_view without_blanks(std::string_view s) {
  while (!s.empty() && is_blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_blank(s.back())) s.remove_suffix(1);
  return s;
}

// Behind the series that begins at p; nullptr where its line is odd. The line ends with a line feed.
const char* series_end(const char* p) {
  while (*p != ' ' && *p != '{' && *p != '\n' && *p != '\t') ++p;
  if (*p != '{') return p;
  for (++p; *p != '}'; ++p) {
    if (*p == '\n') return nullptr;
    if (*p != '"') continue;
    for (++p; *p != '"'; ++p) {
      if (*p == '\\') ++p;
      if (*p == '\n') return nullptr;
    }
  }
  return p + 1;
}

}  // namespace

// ---- the text ----

std::uint32_t TextReader::read(const Text& text, sink& out) {
  bad_.begin(out.home(), text.delivery);
  collector_.begin(out, text.now_ns);
  forget_void_numbers();
  line_ = 0;
  std::size_t main_bytes = 0;
  if (text.bytes.size() > slack_bytes) {
    main_bytes = text.bytes.rfind('\n', text.bytes.size() - slack_bytes - 1) + 1;
  }
  begin_ = text.bytes.data();
  offset_ = 0;
  read_part(begin_, begin_ + main_bytes);
  read_tail(text, main_bytes);
  collector_.end(bytes());
  bad_.end();
  return bad_.count();
}

// The rest, in front of line feeds that may be looked at.
void TextReader::read_tail(const Text& text, std::size_t offset) {
  std::string_view rest = text.bytes.substr(offset);
  std::string_view unfinished;
  if (text.whole && !rest.ends_with('\n')) {
    unfinished = rest.substr(rest.rfind('\n') + 1);
    rest.remove_suffix(unfinished.size());
  }
  tail_.assign(rest.begin(), rest.end());
  tail_.resize(rest.size() + slack_bytes, '\n');
  begin_ = tail_.data();
  offset_ = offset;
  read_part(begin_, begin_ + rest.size());
  if (unfinished.empty()) return;
  ++line_;
  offset_ = text.bytes.size() - unfinished.size();
  begin_ = line_begin_ = unfinished.data();
  end_ = begin_ + unfinished.size();
  bad(unfinished, "the text ends within a line; it may have been cut");
}

void TextReader::read_part(const char* p, const char* end) {
  end_ = end;
  while (p < end) {
    ++line_;
    line_begin_ = p;
    const char* next = known_line(p);
    if (next == nullptr) {
      const auto* const line_feed =
          static_cast<const char*>(std::memchr(p, '\n', static_cast<std::size_t>(end - p) + 1));
      any_line({p, static_cast<std::size_t>(line_feed - p)});
      next = line_feed + 1;
    }
    p = next;
  }
}

void TextReader::bad(std::string_view rest, const char* reason) {
  common::BadRecords::Place place;
  place.offset = offset_ + static_cast<std::size_t>(rest.data() - begin_);
  place.line = line_;
  place.col = static_cast<std::uint32_t>(rest.data() - line_begin_) + 1;
  bad_.add(place, reason, {line_begin_, static_cast<std::size_t>(end_ - line_begin_)});
}

// Lines hold numbers of the collector, which may have forgotten them.
void TextReader::forget_void_numbers() {
  if (epoch_ == collector_.epoch()) return;
  epoch_ = collector_.epoch();
  lines_ = std::vector<Line>();
  index_.clear();
  previous_ = none;
}

void TextReader::forget() {
  collector_.give_back();
  forget_void_numbers();
  tail_ = std::vector<char>();
}

void TextReader::make_room() {
  if (collector_.make_room(bytes())) forget_void_numbers();
}

// ---- lines that were seen before ----

const char* TextReader::known_line(const char* p) {
  if (*p == '#' || *p == '\n') return nullptr;
  std::uint32_t i = previous_ == none ? none : lines_[previous_].next;
  if (i == none || !is_at(i, p)) i = find_line(p);
  if (i == none) return nullptr;
  const Line& l = lines_[i];
  if (!still_means(l)) return nullptr;
  Sample s;
  const char* end = read_sample(p + l.raw_len, s);
  if (end == nullptr) {
    end = read_odd_sample(p + l.raw_len, s);
    if (end == nullptr) return nullptr;
  }
  apply(l, s);
  follow(i);
  return end;
}

inline bool TextReader::is_at(std::uint32_t line, const char* p) const {
  const Line& l = lines_[line];
  return static_cast<std::size_t>(end_ - p) > l.raw_len && common::same(l.raw, p, l.raw_len) &&
         is_blank(p[l.raw_len]);
}

std::uint32_t TextReader::find_line(const char* p) const {
  const char* const end = series_end(p);
  if (end == nullptr || !is_blank(*end)) return none;
  const auto len = static_cast<std::size_t>(end - p);
  return index_.find(common::series_hash(p, len), [&](std::uint32_t i) { return is_at(i, p); });
}

// Sources repeat their lines in the same order.
inline void TextReader::follow(std::uint32_t line) {
  if (previous_ != none) lines_[previous_].next = line;
  previous_ = line;
}

// Plain numbers, as nearly all are. p: at a blank.
inline const char* TextReader::read_sample(const char* p, Sample& s) const {
  const char* end = common::read_float(skip_blanks(p), s.value);
  if (end == nullptr) return nullptr;
  s.time_ns = collector_.now_ns();
  if (*end == '\n') return end + 1;
  if (!is_blank(*end)) return nullptr;
  common::Run run{0, 0};
  end = common::read_digits(skip_blanks(end), run);
  if (*end != '\n' || run.count - 1 >= timestamp_digits_max) return nullptr;
  const auto milliseconds = static_cast<std::int64_t>(run.value);
  if (milliseconds > milliseconds_max) return nullptr;
  s.time_ns = sample_time(milliseconds);
  return end + 1;
}

// Any others. nullptr where the series goes on, or where they are none.
const char* TextReader::read_odd_sample(const char* p, Sample& s) {
  p = skip_blanks(p);
  const auto* const end =
      static_cast<const char*>(std::memchr(p, '\n', static_cast<std::size_t>(end_ - p) + 1));
  const std::string_view text(p, static_cast<std::size_t>(end - p));
  return *p != '{' && careful_sample(text, s) ? end + 1 : nullptr;
}

std::int64_t TextReader::sample_time(std::int64_t milliseconds) const {
  if (milliseconds <= 0 || collector_.format().ignore_timestamp) return collector_.now_ns();
  return milliseconds * 1'000'000;
}

inline std::uint32_t TextReader::family_now(const Line& l) const {
  if (l.base == none || collector_.is_here(l.literal) || !collector_.is_here(l.base)) {
    return l.literal;
  }
  const FamilyType type = collector_.family(l.base).type;
  const bool is_part = type == FamilyType::histogram || (type == FamilyType::summary && !l.bucket);
  return is_part ? l.base : l.literal;
}

inline bool TextReader::still_means(const Line& l) const {
  const std::uint32_t f = family_now(l);
  if (f != l.family) return false;
  return l.type == (collector_.is_here(f) ? collector_.family(f).type : FamilyType::untyped);
}

inline void TextReader::apply(const Line& l, const Sample& s) {
  collector_.declare(l.family);
  collector_.family(l.family).settled = true;
  if (l.part == Part::value) {
    collector_.sample(l.family, l.target, s.value, s.time_ns);
    return;
  }
  collector_.touch(l.target, s.time_ns);
  switch (l.part) {
    case Part::count: collector_.set_count(l.target, whole_count(s.value)); break;
    case Part::sum: collector_.set_sum(l.target, s.value); break;
    case Part::quantile: collector_.set_point(l.target, l.point, s.value); break;
    case Part::bucket: collector_.set_point(l.target, l.point, whole_count(s.value)); break;
    default: break;
  }
}

// ---- any lines ----

void TextReader::any_line(std::string_view line) {
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  if (line.empty()) return;
  make_room();
  if (line.front() == '#') {
    comment(line.substr(1));
  } else {
    sample_line(line);
  }
}

// Only types count.
void TextReader::comment(std::string_view line) {
  line = without_blanks(line);
  if (line.starts_with("TYPE") && line.size() > 4 && is_blank(line[4])) {
    type_line(without_blanks(line.substr(4)));
  }
}

void TextReader::type_line(std::string_view rest) {
  std::string_view type;
  if (!syntax_.read_name(rest, type)) return bad(rest, "expected a metric's name");
  if (type.empty()) return;
  if (!is_blank(type.front())) return bad(type, "expected a blank behind the name");
  type = without_blanks(type);
  FamilyType is{};
  if (!read_type(type, is) || is == FamilyType::info || is == FamilyType::state_set) {
    return bad(type, "the type is none of counter, gauge, summary, histogram, untyped");
  }
  const std::uint32_t f = collector_.declare(syntax_.name());
  Collector::Family& family = collector_.family(f);
  if (family.settled) return bad(rest, "a second TYPE line, or one behind the samples");
  family.type = is;
  family.settled = true;
}

void TextReader::sample_line(std::string_view line) {
  if (!syntax_.read(line)) return bad(line.substr(syntax_.at()), syntax_.reason());
  Sample s;
  const std::string_view rest = line.substr(syntax_.at());
  if (!careful_sample(without_blanks(rest), s)) return bad(rest, problem_);
  Line l;
  if (!give_meaning(l)) return bad(line, problem_);
  apply(l, s);
  if (!rest.empty() && is_blank(rest.front())) remember(l, line.substr(0, syntax_.at()));
}

// text: value, perhaps a timestamp; no blanks around.
bool TextReader::careful_sample(std::string_view text, Sample& s) {
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  problem_ = "expected a number as value";
  if (!read_value(text.substr(0, end), s.value)) return false;
  const std::string_view stamp = without_blanks(text.substr(end));
  s.time_ns = collector_.now_ns();
  if (stamp.empty()) return true;
  std::int64_t milliseconds = 0;
  problem_ = "expected milliseconds as timestamp, and nothing behind it";
  if (!read_milliseconds(stamp, milliseconds)) return false;
  s.time_ns = sample_time(milliseconds);
  return true;
}

bool TextReader::give_meaning(Line& l) {
  const std::string_view name = syntax_.name();
  const Suffix suffix = suffix_of(name);
  l.literal = collector_.family_of(name);
  l.bucket = suffix.part == "_bucket";
  if (!suffix.part.empty()) l.base = collector_.family_of(suffix.family);
  l.family = family_now(l);
  collector_.declare(l.family);
  l.type = collector_.family(l.family).type;
  const std::uint32_t set = collector_.set_of(l.family, syntax_.labels(), part_label(l.type));
  if (!is_composed(l.type)) return l.target = set, true;
  l.target = collector_.group_of(l.family, set);
  if (l.family == l.base && suffix.part == "_count") return l.part = Part::count, true;
  if (l.family == l.base && suffix.part == "_sum") return l.part = Part::sum, true;
  l.part = Part::nothing;
  for (const Label& label : syntax_.labels()) {
    if (label.name == part_label(l.type)) return add_point(l, label.value);
  }
  return true;
}

bool TextReader::add_point(Line& l, std::string_view at) {
  const bool bucket = l.type == FamilyType::histogram;
  double number = 0;
  problem_ = bucket ? "the label le is no number" : "the label quantile is no number";
  if (!read_value(at, number)) return false;
  if (number != number) return true;  // NaN: a part that says nothing
  problem_ = "more than 32768 buckets or quantiles";
  l.point = collector_.point_of(l.target, number);
  l.part = bucket ? Part::bucket : Part::quantile;
  return l.point != none;
}

void TextReader::remember(const Line& l, std::string_view series) {
  if (series.size() > series_bytes_max) return;
  const std::uint64_t hashed = common::series_hash(series.data(), series.size());
  std::uint32_t at = index_.find(hashed, [&](std::uint32_t i) {
    return std::string_view(lines_[i].raw, lines_[i].raw_len) == series;
  });
  if (at == none) {
    at = static_cast<std::uint32_t>(lines_.size());
    if (!index_.add(hashed, at)) return;
    char* const raw = collector_.arena().take(series.size());
    series.copy(raw, series.size());
    lines_.emplace_back().raw = raw;
    lines_[at].raw_len = static_cast<std::uint32_t>(series.size());
  }
  Line& known = lines_[at];
  const Line before = known;
  known = l;
  known.raw = before.raw;
  known.raw_len = before.raw_len;
  known.next = before.next;
  follow(at);
}

}  // namespace weir::exposition
