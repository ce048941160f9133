#include "plugins/common/splitters/splitter.hpp"

#include <algorithm>
#include <utility>

namespace weir::common {
namespace {

class Delimited final : public Splitter {
 public:
  explicit Delimited(std::string delimiter) : delimiter_(std::move(delimiter)) {}

  std::optional<Cut> first(std::string_view data, std::size_t& searched) const override {
    const std::size_t at = data.find(delimiter_, searched);
    if (at != std::string_view::npos) return Cut{0, at, at + delimiter_.size()};
    // All but the last bytes, with which a delimiter may begin.
    const std::size_t tail = delimiter_.size() - 1;
    searched = data.size() > tail ? data.size() - tail : 0;
    return std::nullopt;
  }

 private:
  std::string delimiter_;
};

class FixedLength final : public Splitter {
 public:
  explicit FixedLength(std::size_t length) : length_(length) {}

  std::optional<Cut> first(std::string_view data, std::size_t&) const override {
    if (data.size() < length_) return std::nullopt;
    return Cut{0, length_, length_};
  }

 private:
  std::size_t length_;
};

class VariableLength final : public Splitter {
 public:
  explicit VariableLength(const LengthField& field)
      : offset_(static_cast<std::size_t>(field.offset)),
        bytes_(static_cast<std::size_t>(field.bytes)),
        header_(static_cast<std::size_t>(field.header_length)),
        little_endian_(field.endianness == "le") {}

  std::optional<Cut> first(std::string_view data, std::size_t&) const override {
    if (data.size() < offset_ + bytes_) return std::nullopt;
    const std::uint64_t length = length_of(data.substr(offset_, bytes_));
    if (header_ + length == 0) throw fail("a message says that it is 0 bytes long");
    if (data.size() < header_ || length > data.size() - header_) return std::nullopt;
    return Cut{header_, header_ + length, header_ + length};
  }

 private:
  std::uint64_t length_of(std::string_view field) const {
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < field.size(); ++i) {
      const char byte = field[little_endian_ ? field.size() - 1 - i : i];
      length = length << 8U | static_cast<unsigned char>(byte);
    }
    return length;
  }

  std::size_t offset_, bytes_, header_;
  bool little_endian_;
};

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// "0x0D 0x0A", "x0d0a" and "0d0a" are the same two bytes.
std::string bytes_of(const std::string& text) {
  std::string digits;
  for (const char c : text) {
    if (c == ' ' || c == '\t') continue;
    const bool prefix = c == 'x' || c == 'X';
    if (prefix && !digits.empty() && digits.back() == '0') digits.pop_back();
    if (!prefix) digits += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(digit_of(digits[i]) * 16 + digit_of(digits[i + 1]));
  }
  const bool hex =
      std::all_of(digits.begin(), digits.end(), [](char c) { return digit_of(c) >= 0; });
  if (!hex || digits.empty() || digits.size() % 2 != 0) {
    throw config_error("splitting_delimiter",
                       "\"" + text + "\" is not a sequence of bytes in hexadecimal, like 0x0D0A");
  }
  return bytes;
}

void check(const LengthField& field) {
  const auto refuse = [](const char* option, const std::string& why) {
    throw config_error(std::string("splitting_length_field.") + option, why);
  };
  if (field.bytes != 1 && field.bytes != 2 && field.bytes != 4 && field.bytes != 8) {
    refuse("bytes", std::to_string(field.bytes) + " is not 1, 2, 4 or 8");
  }
  constexpr std::int64_t header_max = 1 << 20;
  if (field.offset < 0 || field.offset > header_max) refuse("offset", "must be from 0 to 1048576");
  if (field.header_length < 0 || field.header_length > header_max) {
    refuse("header_length", "must be from 0 to 1048576");
  }
  if (field.endianness != "be" && field.endianness != "le" && !field.endianness.empty()) {
    refuse("endianness", "\"" + field.endianness + "\" is unknown; use be or le");
  }
}

}  // namespace

std::unique_ptr<Splitter> make_splitter(const SplitterOptions& o) {
  const std::string& strategy = o.splitting_strategy;
  if (strategy.empty() || strategy == "newline") return nullptr;
  if (strategy == "null") return std::make_unique<Delimited>(std::string(1, '\0'));
  if (strategy == "delimiter") return std::make_unique<Delimited>(bytes_of(o.splitting_delimiter));
  if (strategy == "fixed length") {
    if (o.splitting_length < 1) throw config_error("splitting_length", "must be at least 1");
    return std::make_unique<FixedLength>(static_cast<std::size_t>(o.splitting_length));
  }
  if (strategy == "variable length") {
    check(o.splitting_length_field);
    return std::make_unique<VariableLength>(o.splitting_length_field);
  }
  throw config_error("splitting_strategy",
                     "\"" + strategy +
                         "\" is unknown; use newline, null, delimiter, fixed length "
                         "or variable length");
}

}  // namespace weir::common
