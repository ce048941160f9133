// Runs a libFuzzer entry point without libFuzzer: every file of the corpus, then seeded mutations of it
// for a while. So that each test run of every compiler exercises the fuzz targets; clang's engine
// (WEIR_FUZZ) searches deeper by coverage.
//
//   x_fuzz [-max_total_time=SECONDS] [-seed=N] [FILE or FOLDER]...
//
// Errors  A crash, a sanitizer's report or a hang of 20 s ends the process; the input that did it is
//         written to ./crash-input, and can be given as FILE with -max_total_time=0.
// Limits  An input is at most 64 KiB.

#include <fcntl.h>
#include <sanitizer/common_interface_defs.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
#pragma weak __sanitizer_set_death_callback  // null where no sanitizer is linked

namespace {

namespace fs = std::filesystem;
using Input = std::vector<std::uint8_t>;

constexpr std::size_t input_bytes_max = 65536;
constexpr int mutations_max = 8;

struct Options {
  double seconds = 1;
  std::uint64_t seed = 1;
  std::vector<fs::path> paths;
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    const std::string value(arg.substr(std::min(arg.size(), arg.find('=') + 1)));
    if (arg.starts_with("-max_total_time=")) {
      options.seconds = std::strtod(value.c_str(), nullptr);
    } else if (arg.starts_with("-seed=")) {
      options.seed = std::strtoull(value.c_str(), nullptr, 10);
    } else {
      options.paths.emplace_back(arg);
    }
  }
  return options;
}

Input read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  Input bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  bytes.resize(std::min(bytes.size(), input_bytes_max));
  return bytes;
}

std::vector<Input> read_all(const std::vector<fs::path>& paths) {
  std::vector<fs::path> files;
  for (const auto& path : paths) {
    if (!fs::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());  // The order of a folder is not the same everywhere.
  std::vector<Input> corpus;
  corpus.reserve(files.size());
  for (const auto& file : files) corpus.push_back(read(file));
  return corpus;
}

// The input that is running, for whoever handles its death.
const Input*& running() {
  static const Input* input = nullptr;
  return input;
}
constexpr unsigned hang_seconds = 20;

// Writes the running input to a file. Only calls that are safe in a signal handler.
void save_running() {
  const Input* input = running();
  if (input == nullptr) return;
  const int file = ::open("crash-input", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return;
  static constexpr std::string_view note = "fuzz: the input is in ./crash-input\n";
  if (::write(file, input->data(), input->size()) >= 0) {
    std::ignore = ::write(STDERR_FILENO, note.data(), note.size());
  }
  ::close(file);
}

extern "C" void on_signal(int number) {
  save_running();
  ::signal(number, SIG_DFL);
  ::raise(number);
}

// A sanitizer calls back before it ends the process, and wants the signals for itself.
void watch_for_death() {
  ::signal(SIGALRM, on_signal);
  ::signal(SIGABRT, on_signal);
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(save_running);
    return;
  }
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) ::signal(number, on_signal);
}

void run(const Input& input) {
  running() = &input;
  ::alarm(hang_seconds);
  LLVMFuzzerTestOneInput(input.data(), input.size());
  running() = nullptr;
}

class Mutator {
 public:
  Mutator(std::uint64_t seed, const std::vector<Input>& corpus) : random_(seed), corpus_(corpus) {}

  Input next() {
    Input input = pick();
    const std::size_t times = 1 + below(mutations_max);
    for (std::size_t i = 0; i < times; ++i) mutate(input);
    input.resize(std::min(input.size(), input_bytes_max));
    return input;
  }

 private:
  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }
  std::uint8_t byte() { return static_cast<std::uint8_t>(random_()); }
  Input pick() { return corpus_.empty() ? Input{} : corpus_[below(corpus_.size())]; }
  auto at(Input& input, std::size_t i) { return input.begin() + static_cast<std::ptrdiff_t>(i); }

  void mutate(Input& input) {
    switch (below(7)) {
      case 0: return insert_bytes(input);
      case 1: return erase_range(input);
      case 2: return flip_bit(input);
      case 3: return set_interesting(input);
      case 4: return repeat_range(input);
      case 5: return splice(input);
      default: return input.resize(below(input.size() + 1));
    }
  }

  void insert_bytes(Input& input) {
    for (std::size_t n = 1 + below(4); n > 0; --n) {
      input.insert(at(input, below(input.size() + 1)), byte());
    }
  }
  void erase_range(Input& input) {
    const std::size_t from = below(input.size() + 1);
    input.erase(at(input, from), at(input, from + below(input.size() - from + 1)));
  }
  void flip_bit(Input& input) {
    if (!input.empty()) input[below(input.size())] ^= static_cast<std::uint8_t>(1U << below(8));
  }
  void set_interesting(Input& input) {
    static constexpr char bytes[] = "\n\r\t \\\"',={}[]:#%$-+.09eE\x7f\x80\xc3\xff";
    if (input.empty()) return;
    input[below(input.size())] = static_cast<std::uint8_t>(bytes[below(sizeof(bytes))]);
  }
  void repeat_range(Input& input) {
    const std::size_t from = below(input.size() + 1);
    const std::size_t n = below(std::min<std::size_t>(input.size() - from, 256) + 1);
    const Input piece(at(input, from), at(input, from + n));
    input.insert(at(input, below(input.size() + 1)), piece.begin(), piece.end());
  }
  void splice(Input& input) {
    const Input other = pick();
    input.resize(below(input.size() + 1));
    input.insert(input.end(), other.begin() + static_cast<std::ptrdiff_t>(below(other.size() + 1)),
                 other.end());
  }

  std::mt19937_64 random_;
  const std::vector<Input>& corpus_;
};

}  // namespace

int main(int argc, char** argv) {
  using Clock = std::chrono::steady_clock;
  const Options options = parse(argc, argv);
  const std::vector<Input> corpus = read_all(options.paths);
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(options.seconds));
  watch_for_death();
  for (const auto& input : corpus) run(input);
  Mutator mutator(options.seed, corpus);
  std::uint64_t runs = corpus.size();
  for (; Clock::now() < end; ++runs) run(mutator.next());
  std::fprintf(stderr, "fuzz: %zu files, %llu runs, seed %llu\n", corpus.size(),
               static_cast<unsigned long long>(runs),
               static_cast<unsigned long long>(options.seed));
  return 0;
}
