#include "core/config/diagnostic.hpp"

#include <algorithm>
#include <string_view>

#include "core/config/text.hpp"

namespace weir::config {
namespace {

constexpr std::size_t gutter_width = 5;

struct Colours {
  const char *strong, *error, *warning, *hint, *off;
};
constexpr Colours no_colours{"", "", "", "", ""};
constexpr Colours ansi_colours{"\033[1m", "\033[1;31m", "\033[1;35m", "\033[1;36m", "\033[0m"};

const char* name_of(Severity severity) { return severity == Severity::error ? "error" : "warning"; }

std::string place_text(const Diagnostic& d) {
  std::string text = d.file;
  if (d.line != 0) {
    text += ':' + std::to_string(d.line) + ':' + std::to_string(std::max(1U, d.column));
  }
  return text.empty() ? text : text + ": ";
}

std::string gutter(const std::string& number) {
  return std::string(gutter_width - std::min(gutter_width, number.size()), ' ') + number + " | ";
}

// Blanks up to the column, with the line's own tabs, so that the caret stands under its character.
std::string indent_to(const Diagnostic& d) {
  std::string blanks;
  std::uint32_t column = 1;
  for (const char byte : d.source) {
    if (column >= d.column) break;
    const bool continues = (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
    if (continues) continue;
    blanks += byte == '\t' ? '\t' : ' ';
    ++column;
  }
  return blanks;
}

std::string excerpt(const Diagnostic& d, const Colours& colours) {
  std::string text = gutter(std::to_string(d.line)) + d.source + '\n';
  text += gutter("") + indent_to(d) + colours.hint + '^';
  if (d.width > 1) text.append(d.width - 1, '~');
  return text + colours.off + '\n';
}

}  // namespace

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::error; });
}

std::string render(const Diagnostic& diagnostic, bool colour) {
  const Colours& colours = colour ? ansi_colours : no_colours;
  const char* tone = diagnostic.severity == Severity::error ? colours.error : colours.warning;
  std::string text = colours.strong + place_text(diagnostic) + colours.off;
  text += std::string(tone) + name_of(diagnostic.severity) + ": " + colours.off;
  text += diagnostic.message + '\n';
  if (diagnostic.line != 0 && !diagnostic.source.empty()) text += excerpt(diagnostic, colours);
  if (!diagnostic.hint.empty()) {
    text += std::string(gutter_width + 1, ' ') + "= " + diagnostic.hint + '\n';
  }
  return text;
}

std::string render_json(const Diagnostic& d) {
  std::string text =
      std::string("{\"severity\":\"") + name_of(d.severity) + "\",\"file\":" + json_quote(d.file);
  text += ",\"line\":" + std::to_string(d.line) + ",\"column\":" + std::to_string(d.column);
  text += ",\"width\":" + std::to_string(d.width) + ",\"message\":" + json_quote(d.message);
  text += ",\"hint\":" + json_quote(d.hint) + ",\"source\":" + json_quote(d.source);
  return text + '}';
}

}  // namespace weir::config
