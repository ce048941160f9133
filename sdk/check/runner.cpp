#include "sdk/check/runner.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "sdk/check/child_process.hpp"
#include "sdk/check/descriptor.hpp"
#include "sdk/check/elf_file.hpp"
#include "sdk/check/kinds.hpp"
#include "sdk/check/module.hpp"
#include "sdk/check/sandbox.hpp"
#include "sdk/check/suite.hpp"

namespace weir::check {
namespace {

// A folder of its own below the system's, gone at the end.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "weir-check-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string sub(std::size_t n) const { return path_ + "/" + std::to_string(n); }

 private:
  std::string path_;
};

// What a child says in its last line, behind the mark.
constexpr std::string_view mark = "weir-check: ";
enum : int { status_good = 0, status_broken = 1, status_skipped = 3 };

int say(int status, const std::string& text) {
  std::string line = text;
  for (char& c : line) {
    if (c == '\n') c = '\x1f';
  }  // One line for now; see text_of.
  std::printf("\n%.*s%s\n", static_cast<int>(mark.size()), mark.data(), line.c_str());
  std::fflush(stdout);
  return status;
}

std::string text_of(const Ending& ending) {
  std::string text = ending.said(mark);
  for (char& c : text) {
    if (c == '\x1f') c = '\n';
  }
  return text;
}

// Runs in a child.
int run_guarded(const std::function<void()>& test) {
  try {
    test();
    return status_good;
  } catch (const Skipped& skipped) {
    return say(status_skipped, skipped.what());
  } catch (const std::exception& broken) {
    return say(status_broken, broken.what());
  }
}

class Suite {
 public:
  explicit Suite(Call call) : call_(std::move(call)) {}

  int run() {
    if (!read_config()) return 2;
    if (!judge_file()) return finish();
    for (const std::string& name : names_) check_plugin_named(name);
    if (checked_ == 0) {
      std::fprintf(stderr, "%s has no plugin %s\n", call_.file.c_str(), call_.plugin.c_str());
      return 2;
    }
    return finish();
  }

 private:
  bool read_config() {
    if (call_.config_file.empty()) return true;
    std::ifstream in(call_.config_file, std::ios::binary);
    if (!in) {
      std::fprintf(stderr, "cannot read %s\n", call_.config_file.c_str());
      return false;
    }
    config_.assign(std::istreambuf_iterator<char>(in), {});
    return true;
  }

  // What can be seen without an instance; leaves the plugins' names. False: nothing more can be
  // tried.
  bool judge_file() {
    std::printf("%s\n", call_.file.c_str());
    const std::string image = check_file(call_.file);
    report("image", "is a shared object that exports its entry symbol alone",
           image.empty() ? status_good : status_broken, image);
    if (!image.empty()) return false;
    const auto look = [this] {
      const weir_module& module = load_module(call_.file);
      if (std::string why = lint_module(module); !why.empty()) throw Broken(why);
      std::string names;
      for (const weir_plugin* plugin : plugins_of(module)) names += full_name(*plugin) + " ";
      say(status_good, names);
    };
    const Ending ending = in_child([&] { return run_guarded(look); });
    report_ending("descriptor", "describes plugins that hold together", ending);
    std::istringstream names(text_of(ending));
    for (std::string name; ending.good() && names >> name;) names_.push_back(name);
    return ending.good();
  }

  void check_plugin_named(const std::string& name) {
    const bool wanted =
        call_.plugin.empty() || name == call_.plugin || name.ends_with("." + call_.plugin);
    if (!wanted) return;
    ++checked_;
    std::printf("%s\n", name.c_str());
    for (const Test& test : all_tests()) {
      const bool named = call_.test.empty() || call_.test == test.name;
      if (named && (test.kinds & kind_bit(kind_of(name))) != 0) run_test(name, test);
    }
  }
  static std::uint16_t kind_of(const std::string& name) {
    std::uint16_t kind = WEIR_INPUT;
    while (kind < WEIR_SERIALIZER && !name.starts_with(kind_folder(kind))) ++kind;
    return kind;
  }

  void run_test(const std::string& name, const Test& test) {
    const std::string folder = folder_.sub(++folders_);
    const Ending ending = in_child([&] {
      const bool isolated = enter_sandbox(folder);
      return run_guarded([&] { run_on(name, test, isolated); });
    });
    report_ending(test.name, test.what, ending);
    if (!ending.good() && ending.in_time && ending.status == status_skipped << 8) return;
    if (!ending.good()) {
      std::printf("           again: weir-check %s --plugin %s --test %s --seed %llu\n",
                  call_.file.c_str(), name.c_str(), test.name,
                  static_cast<unsigned long long>(call_.seed));
    }
  }
  void run_on(const std::string& name, const Test& test, bool isolated) const {
    const weir_module& module = load_module(file_);
    for (const weir_plugin* plugin : plugins_of(module)) {
      if (full_name(*plugin) != name) continue;
      const std::string config = config_.empty() ? working_config(*plugin, call_.seed) : config_;
      test.run({*plugin, config, !config_.empty(), isolated, call_.seed});
    }
  }

  Ending in_child(const std::function<int()>& run) const {
    std::fflush(stdout);
    auto child = ChildProcess::of_function(run);
    return child.wait(steady_ns() + call_.timeout_s * 1'000'000'000);
  }

  void report_ending(const char* name, const char* what, const Ending& ending) {
    const bool ended = ending.in_time && (ending.status & 0x7f) == 0;
    const int status = ended ? ending.status >> 8 : status_broken;
    const std::string said = text_of(ending);
    const bool told = ended && !said.empty();
    report(name, what, status, told ? said : ending.text() + ending.last_words());
  }
  void report(const char* name, const char* what, int status, const std::string& why) {
    const char* verdict = status == status_good      ? "ok"
                          : status == status_skipped ? "skipped"
                                                     : "FAILED";
    const bool good = status == status_good;
    std::printf("  %-8s %s (%s)%s%s\n", verdict, what, name, good ? "" : ": ",
                good ? "" : why.c_str());
    ++(status == status_good ? good_ : status == status_skipped ? skipped_ : broken_);
  }
  [[nodiscard]] int finish() const {
    std::printf("%d passed, %d skipped, %d failed\n", good_, skipped_, broken_);
    return broken_ == 0 ? 0 : 1;
  }

  const Call call_;
  const std::string file_ = std::filesystem::absolute(call_.file).string();
  std::string config_;
  std::vector<std::string> names_;
  Folder folder_;
  std::size_t folders_{0};
  int checked_{0}, good_{0}, skipped_{0}, broken_{0};
};

}  // namespace

int run_checks(const Call& call) { return Suite(call).run(); }

}  // namespace weir::check
