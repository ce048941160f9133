// Plugins that break the contract in one way each, and one of each sort that does not.
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <thread>

#include <weir/weir.hpp>

namespace weir::chaos {

struct Good {
  static constexpr info meta{"good", "1", "Adds a tag"};
  std::string value;
  static constexpr auto options = std::tuple{opt{"value", &Good::value, "\"yes\"", "What to add"}};
  void edit(editor& e) { e.add_tag("good", value, true); }
};

struct GoodInput {
  static constexpr info meta{"good", "1", "Says one"};
  void gather(sink& out) { out.metric("one").field("value", 1); }
};

struct GoodOutput {
  static constexpr info meta{"good", "1", "Counts"};
  std::size_t n = 0;
  void write(const delivery& d) {
    for (const row r : d) n += r.fields().size();
  }
};

// Loses memory at each create.
struct Leaks {
  static constexpr info meta{"leaks", "1", "Loses memory"};
  void init() {
    static void* volatile lost = nullptr;
    lost = std::malloc(lost == nullptr ? 99 : 100);
  }
  bool keep(const row&) { return true; }
};

// A bug that the SDK's border catches.
struct Panics {
  static constexpr info meta{"panics", "1", "Throws what it should not"};
  bool keep(const row& r) {
    if (r.name() == "mem") throw std::out_of_range("index 7 of 3");
    return true;
  }
};

struct Crashes {
  static constexpr info meta{"crashes", "1", "Dies of certain values"};
  void add(const row& r) {
    if (r.fields()[0].value.number() < -1e300) std::abort();
  }
  void push(sink&) {}
  void reset() {}
};

// Takes the first row of the block for the first row of the selection.
struct Overlooks {
  static constexpr info meta{"overlooks", "1", "Changes rows that are not its own"};
  void edit(editor& e) {
    if (e.head().n_rows != 0) e.set_time(0, 1);
  }
};

struct Silent {
  static constexpr info meta{"silent", "1", "Fails without a word"};
  void write(const delivery&) { throw fail(""); }
};

struct Threads {
  static constexpr info meta{"threads", "1", "Leaves a thread behind", WEIR_OWN_THREADS};
  void start() {
    std::thread([] { pause(); }).detach();
  }
  void gather(sink& out) { out.metric("one").field("value", 1); }
};

struct Files {
  static constexpr info meta{"files", "1", "Leaves a file open"};
  void start() { static_cast<void>(dup(0)); }
  void gather(sink& out) { out.metric("one").field("value", 1); }
};

struct Wanders {
  static constexpr info meta{"wanders", "1", "Changes the working directory"};
  void start() { static_cast<void>(chdir("/")); }
  void gather(sink& out) { out.metric("one").field("value", 1); }
};

struct Stubborn {
  static constexpr info meta{"stubborn", "1", "Hangs in stop"};
  void stop() { pause(); }
  void gather(sink& out) { out.metric("one").field("value", 1); }
};

struct Greedy {
  static constexpr info meta{"greedy", "1",
                             "Keeps a buffer when the host has no memory for a second"};
  host self;
  void gather(sink&) {
    emit_options o;
    weir_buf first{}, second{};
    if (self.take(o, 64, first) != WEIR_OK) return;
    if (self.take(o, 64, second) != WEIR_OK) return;
    self.give_back(second);
    self.give_back(first);
  }
};

struct Picky {
  static constexpr info meta{"picky", "1", "Dies of long texts"};
  std::string name;
  static constexpr auto options = std::tuple{opt{"name", &Picky::name, "\"a\"", "A short text"}};
  void init() {
    if (name.size() > 4000) std::abort();
  }
  bool keep(const row&) { return true; }
};

struct Needy {
  static constexpr info meta{"needy", "1", "Wants two options to agree"};
  std::string left, right;
  static constexpr auto options = std::tuple{opt{"left", &Needy::left, "\"a\"", "The one"},
                                             opt{"right", &Needy::right, "\"b\"", "The other"}};
  void init() {
    if (left != right) throw config_error("right", "left and right have to be equal");
  }
  void gather(sink& out) { out.metric("one").field("value", 1); }
};

struct Reads {
  static constexpr info meta{"reads", "1", "Gives what depends on where a read ends",
                             WEIR_CUTS_STREAM};
  std::size_t parse(const message& m, sink& out) {
    out.metric("bytes").field("n", m.text.size());
    return m.text.size();
  }
};

}  // namespace weir::chaos

WEIR_MODULE("chaos", "1", weir::chaos::Good, weir::chaos::GoodInput, weir::chaos::GoodOutput,
            weir::chaos::Leaks, weir::chaos::Panics, weir::chaos::Crashes, weir::chaos::Overlooks,
            weir::chaos::Silent, weir::chaos::Threads, weir::chaos::Files, weir::chaos::Wanders,
            weir::chaos::Stubborn, weir::chaos::Greedy, weir::chaos::Picky, weir::chaos::Needy,
            weir::chaos::Reads)
