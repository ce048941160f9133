#include "plugins/common/paths/path_glob.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace weir::common {
namespace {

namespace fs = std::filesystem;

std::string replaced(std::string_view text, std::string_view what, std::string_view by) {
  std::string out;
  std::size_t from = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, from)) {
    out.append(text.substr(from, at - from)).append(by);
    from = at + what.size();
  }
  return out.append(text.substr(from));
}

// "**.log" means "**/**.log", and "**/**" means "**".
std::string spelled_out(std::string_view pattern) {
  return replaced(replaced(pattern, "**/**", "**"), "**", "**/**");
}

std::string below(const std::string& base, std::string_view name) {
  const bool joined = base.empty() || base.back() == '/';
  return base + (joined ? "" : "/") + std::string(name);
}

std::string plain(std::string_view name) {  // without the backslashes
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '\\' && i + 1 < name.size()) ++i;
    out += name[i];
  }
  return out;
}

fs::directory_iterator open_folder(const std::string& base) {
  std::error_code unreadable;
  return fs::directory_iterator(base.empty() ? "." : base, unreadable);
}

// Adds the folders inside a folder, links left out.
void add_folders(const std::string& folder, std::vector<std::string>& to) {
  std::error_code unreadable;
  for (auto at = open_folder(folder); at != fs::directory_iterator(); at.increment(unreadable)) {
    if (fs::is_directory(at->symlink_status(unreadable))) {
      to.push_back(below(folder, at->path().filename().string()));
    }
  }
}

}  // namespace

std::string PathGlob::compile(std::string_view pattern) {
  *this = PathGlob();
  pattern_ = pattern.find_first_of("*?[{") != std::string_view::npos;
  const std::string all = pattern_ ? spelled_out(pattern) : std::string(pattern);
  if (!pattern_) {
    parts_.push_back({Part::Kind::name, all, {}});
    return {};
  }
  if (all.starts_with('/')) root_ = "/";
  std::string why;
  for (std::size_t from = 0; from <= all.size() && why.empty();) {
    const std::size_t end = std::min(all.find('/', from), all.size());
    why = add_part(std::string_view(all).substr(from, end - from));
    from = end + 1;
  }
  return why.empty() && ends_in_folders() ? add_part("*") : why;
}

bool PathGlob::ends_in_folders() const {
  return !parts_.empty() && parts_.back().kind == Part::Kind::folders;
}

std::string PathGlob::add_part(std::string_view text) {
  if (text.empty()) return {};
  if (text == "**") {
    if (!ends_in_folders()) parts_.push_back({Part::Kind::folders, {}, {}});
    return {};
  }
  Part part{Part::Kind::name, plain(text), {}};
  if (text.find_first_of("*?[{") != std::string_view::npos) part.kind = Part::Kind::pattern;
  std::string why = part.match.compile(text);
  parts_.push_back(std::move(part));
  return why;
}

std::vector<std::string> PathGlob::find() const {
  Found found;
  expand(root_, 0, found);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

void PathGlob::expand(const std::string& base, std::size_t part, Found& found) const {
  if (part == parts_.size()) {
    std::error_code unreadable;
    if (fs::exists(fs::symlink_status(base, unreadable))) found.push_back(base);
    return;
  }
  switch (parts_[part].kind) {
    case Part::Kind::name: return expand(below(base, parts_[part].name), part + 1, found);
    case Part::Kind::pattern: return expand_pattern(base, part, found);
    case Part::Kind::folders: return expand_folders(base, part, found);
  }
}

void PathGlob::expand_pattern(const std::string& base, std::size_t part, Found& found) const {
  std::error_code unreadable;
  for (auto at = open_folder(base); at != fs::directory_iterator(); at.increment(unreadable)) {
    const std::string name = at->path().filename().string();
    if (parts_[part].match.matches(name)) expand(below(base, name), part + 1, found);
  }
}

void PathGlob::expand_folders(const std::string& base, std::size_t part, Found& found) const {
  std::vector<std::string> pending{base};
  while (!pending.empty()) {
    const std::string folder = std::move(pending.back());
    pending.pop_back();
    expand(folder, part + 1, found);
    add_folders(folder, pending);
  }
}

}  // namespace weir::common
