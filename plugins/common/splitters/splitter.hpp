#pragma once

// The splitting_* options: where one message of a byte stream ends and the next begins.
//
// Threads    A splitter is immutable: any number of streams may use it.
// Ownership  Results are positions in the bytes that were given.
// Errors     weir::config_error for options that do not fit together; weir::fail for a stream that breaks
//            its own framing and cannot be read on.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <weir/error.hpp>
#include <weir/options.hpp>

namespace weir::common {

// Where a message says how long it is.
struct LengthField {
  std::int64_t offset{};
  std::int64_t bytes{};
  std::string endianness;
  std::int64_t header_length{};
  static constexpr auto options = std::tuple{
      opt{"offset", &LengthField::offset, "0", "Where the length stands, from the message's begin"},
      opt{"bytes", &LengthField::bytes, "0", "Size of the length: 1, 2, 4 or 8"},
      opt{"endianness", &LengthField::endianness, "\"be\"", "be = big endian, le = little endian"},
      opt{"header_length", &LengthField::header_length, "0",
          "Bytes in front of the message that are left out; 0 = the length counts them as "
          "message"}};
};

struct SplitterOptions {
  std::string splitting_strategy;
  std::string splitting_delimiter;
  std::int64_t splitting_length{};
  LengthField splitting_length_field;
  static constexpr auto splitting_options =
      std::tuple{opt{"splitting_strategy", &SplitterOptions::splitting_strategy, "\"newline\"",
                     "newline, null, delimiter, fixed length or variable length"},
                 opt{"splitting_delimiter", &SplitterOptions::splitting_delimiter, "\"\"",
                     "End of a message in hexadecimal, 0x0D0A; for the strategy delimiter"},
                 opt{"splitting_length", &SplitterOptions::splitting_length, "0",
                     "Bytes of a message; for the strategy fixed length"},
                 opt{"splitting_length_field", &SplitterOptions::splitting_length_field, nullptr,
                     "How a message tells its length; for the strategy variable length"}};
};

class Splitter {
 public:
  virtual ~Splitter() = default;

  struct Cut {
    std::size_t begin, end;  // of the message
    std::size_t used;        // where the next one begins, at least 1
  };
  // The first message of data, if all of it is there. searched: how many bytes an earlier call for the
  // same message has looked at in vain, so that bytes that drip in are not searched again and again.
  virtual std::optional<Cut> first(std::string_view data, std::size_t& searched) const = 0;
};

// The splitter that the options ask for; none for newline, which is left to the parser.
std::unique_ptr<Splitter> make_splitter(const SplitterOptions& options);

}  // namespace weir::common
