// Any expression, applied to any JSON: it ends, and what it writes is JSON that reads the same.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "plugins/common/jsonata/json.hpp"
#include "plugins/common/jsonata/jsonata.hpp"

namespace {

constexpr std::size_t input_bytes_max = 4096;
constexpr const char* standard =
    R"({"fields":{"a":1,"b":[1,{"c":null}]},"name":"m","tags":{"t":"x"},"timestamp":17})";

std::string rewritten(const std::string& json) {
  weir::jsonata::Budget budget;
  weir::jsonata::Value v;
  std::string again;
  if (read_json(budget, json, weir::jsonata::Whole::exact, v)) write_json(budget, v, again);
  return again;
}

// What is nested deeper than a reader allows can be written, but not read again. Bytes that are no
// UTF-8 are written as \ufffd, which reads as that character: only then nothing changes.
void check(const std::string& json) {
  const std::string once = rewritten(json);
  if (!once.empty() && rewritten(once) != once) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > input_bytes_max) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = text.find('\0');
  std::string out;
  try {
    const weir::jsonata::Jsonata expression(text.substr(0, cut));
    const bool own = cut != std::string_view::npos;
    if (expression.evaluate(own ? text.substr(cut + 1) : standard, 1'700'000'000'123, out)) {
      check(out);
    }
  } catch (const weir::jsonata::Error&) {
    return 0;
  }
  return 0;
}
