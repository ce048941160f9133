#include "sdk/check/random.hpp"

#include <array>
#include <limits>

namespace weir::check {

std::uint64_t Random::next() {  // splitmix64
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

std::int64_t Random::between(std::int64_t least, std::int64_t most) {
  const std::uint64_t width =
      static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least) + 1;
  const std::uint64_t step = width == 0 ? next() : below(width);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(least) + step);
}

std::string Random::word(std::size_t bytes_max) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string text;
  for (std::uint64_t n = below(bytes_max + 1); n > 0; --n) text += letters[below(letters.size())];
  return text;
}

std::string Random::bytes(std::size_t bytes_max) {
  std::string text;
  for (std::uint64_t n = below(bytes_max + 1); n > 0; --n) text += static_cast<char>(next());
  return text;
}

std::string Random::syntax(std::size_t bytes_max) {
  constexpr std::string_view characters = "0123456789abcE+-.,:;=|/#_ \t\n\n\"\"'\\{}[]()<>@$%";
  std::string text;
  for (std::uint64_t n = below(bytes_max + 1); n > 0; --n) {
    text += characters[below(characters.size())];
  }
  return text;
}

testing::lines Random::rows(std::size_t n) {
  testing::lines rows;
  while (rows.size() < n) rows.push_back(row());
  return rows;
}

std::string Random::row() {
  constexpr std::array<std::string_view, 4> names{"cpu", "mem", "disk\\ io",
                                                  "gr\xc3\xb6\xc3\x9f"
                                                  "e"};
  constexpr std::array<std::string_view, 4> tags{"host", "cpu", "a\\=b", "path"};
  constexpr std::array<std::string_view, 6> fields{"value", "usage_idle", "host",
                                                   "ok",    "message",    "x\\ y"};
  std::string line(names[below(names.size())]);
  for (std::uint64_t i = below(tags.size() + 1); i > 0; --i) {
    line += "," + std::string(tags[i - 1]) + "=" + word(8);
  }
  char before = ' ';
  for (std::uint64_t i = 1 + below(fields.size()); i > 0; --i) {
    line += before + std::string(fields[i - 1]) + "=" + value();
    before = ',';
  }
  constexpr std::int64_t second_ns = 1'000'000'000;
  if (!one_in(3)) line += " " + std::to_string(between(-second_ns, 2'000'000'000 * second_ns));
  return line;
}

std::string Random::value() {
  switch (below(9)) {
    case 0: return std::to_string(between(-1000, 1000)) + "i";
    case 1: return std::to_string(between(std::numeric_limits<std::int64_t>::min(), -1)) + "i";
    case 2: return std::to_string(next()) + "u";
    case 3: return std::to_string(static_cast<double>(between(-100000, 100000)) / 100);
    case 4: return one_in(2) ? "1e308" : "-5e-324";
    case 5: return one_in(2) ? "nan" : "-inf";
    case 6: return one_in(2) ? "t" : "f";
    default: return text();
  }
}

std::string Random::text() {
  if (one_in(4)) return "\"\"";
  return testing::detail::quoted(one_in(2) ? word(40) : bytes(20));
}

}  // namespace weir::check
