#include "core/config/files.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include "core/config/text.hpp"

namespace weir::config {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t file_bytes_max = 16U << 20U;
constexpr const char* system_file = "/etc/telegraf/telegraf.conf";
constexpr const char* system_directory = "/etc/telegraf/telegraf.d";

bool is_url(const std::string& name) {
  const std::size_t colon = name.find("://");
  return colon != std::string::npos && colon > 0 &&
         std::all_of(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(colon), is_word);
}

std::string variable(const LoadOptions& options, const std::string& name) {
  return options.environment ? options.environment(name).value_or("") : "";
}

bool is_config(const std::string& name) { return name.size() > 5 && name.ends_with(".conf"); }

// The order is that of the names in each folder; a folder's files come where its name stands.
void walk(const fs::path& folder, std::vector<std::string>& files, Reporter& reporter) {
  std::error_code error;
  std::vector<fs::directory_entry> entries;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    entries.push_back(*it);
  }
  if (error) {
    reporter.warning(
        {}, "cannot read the directory " + quote(folder.string()) + ": " + error.message());
  }
  std::sort(entries.begin(), entries.end());
  for (const fs::directory_entry& entry : entries) {
    const std::string name = entry.path().filename().string();
    const bool is_folder = entry.is_directory(error) && !entry.is_symlink(error);
    // Kubernetes mounts a volume's files twice, once below "..data".
    if (is_folder && !name.starts_with("..")) walk(entry.path(), files, reporter);
    if (!is_folder && is_config(name)) files.push_back(entry.path().string());
  }
}

void add_directory(const std::string& name, std::vector<std::string>& files, Reporter& reporter) {
  std::error_code error;
  if (fs::is_directory(name, error)) {
    walk(name, files, reporter);
  } else {
    reporter.error({}, "there is no directory " + quote(name),
                   "it was given by --config-directory");
  }
}

std::vector<std::string> default_files(const LoadOptions& options, Reporter& reporter) {
  const std::string own = variable(options, "TELEGRAF_CONFIG_PATH");
  const std::string home = variable(options, "HOME") + "/.telegraf/telegraf.conf";
  std::error_code error;
  if (!own.empty() && (is_url(own) || fs::exists(own, error))) return {own};
  if (fs::exists(home, error)) return {home};
  std::vector<std::string> files;
  if (fs::exists(system_file, error)) files.emplace_back(system_file);
  if (fs::is_directory(system_directory, error)) walk(system_directory, files, reporter);
  if (files.empty()) {
    reporter.error(
        {},
        "there is no configuration: none was named, and none is in $TELEGRAF_CONFIG_PATH, " + home +
            ", " + system_file + " or " + system_directory,
        "name one with --config FILE");
  }
  return files;
}

// Why the file cannot be read; empty: it can.
std::string obstacle(const std::string& name) {
  std::error_code error;
  const fs::file_status status = fs::status(name, error);
  if (error) return error.message();
  if (fs::is_directory(status)) return "it is a directory; name it with --config-directory";
  const std::uintmax_t bytes = fs::is_regular_file(status) ? fs::file_size(name, error) : 0;
  return !error && bytes > file_bytes_max ? "it is larger than 16 MiB" : "";
}

bool read_file(const std::string& name, std::string& text) {
  std::ifstream file(name, std::ios::binary);
  if (!file) return false;
  std::ostringstream all;
  all << file.rdbuf();
  text = all.str();
  return !file.bad() && text.size() <= file_bytes_max;
}

}  // namespace

std::vector<std::string> find_files(const LoadOptions& options, Reporter& reporter) {
  if (options.files.empty() && options.directories.empty()) return default_files(options, reporter);
  std::vector<std::string> files = options.files;
  for (const std::string& directory : options.directories) {
    add_directory(directory, files, reporter);
  }
  return files;
}

std::vector<ConfigText> read_files(const std::vector<std::string>& files, Reporter& reporter) {
  std::vector<ConfigText> texts;
  for (const std::string& name : files) {
    if (is_url(name)) {
      reporter.error({}, "the configuration " + quote(name) + " is not a file",
                     "fetching it is not supported by this version");
      continue;
    }
    std::string why = obstacle(name);
    std::string text;
    if (why.empty() && !read_file(name, text)) why = std::generic_category().message(errno);
    if (why.empty()) {
      texts.push_back({name, std::move(text)});
    } else {
      reporter.error({}, "cannot read the configuration " + quote(name) + ": " + why);
    }
  }
  return texts;
}

}  // namespace weir::config
