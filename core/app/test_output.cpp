#include "core/app/test_output.hpp"

#include <cstdio>
#include <string>

#define WEIR_NO_ENTRY_PROTOTYPE
#include <weir/weir.hpp>

namespace weir::app {
namespace {

struct TestOutput {
  static constexpr weir::info meta{test_output_name, "1.0.0", "Prints metrics", WEIR_WANTS_BYTES};
  void write(const weir::delivery& rows) {
    std::string text;
    for (const weir::row r : rows) {
      const std::string_view line = rows.bytes_of(r.index());
      if (!line.empty()) text.append("> ").append(line);
    }
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }
};

}  // namespace

const weir_plugin& test_output() { return weir::detail::tables<TestOutput>::plugin; }

}  // namespace weir::app
