// A plugin of each kind without exceptions and run-time types.
// flags: -fno-exceptions -fno-rtti -fvisibility=hidden -Werror
#include <weir/stream_buffer.hpp>
#include <weir/weir.hpp>

struct Input {
  static constexpr weir::info meta{"input", "1", "x"};
  void gather(weir::sink& out) { out.metric("m").tag("k", "v").field("f", 1); }
};
struct Service {
  static constexpr weir::info meta{"service", "1", "x", WEIR_OWN_THREADS};
  weir::sink* out = nullptr;
  void start() { out->emit(); }
  void stop() {}
};
struct Filter {
  static constexpr weir::info meta{"filter", "1", "x"};
  bool keep(weir::row r) { return r.name() != "m"; }
};
struct Editor {
  static constexpr weir::info meta{"editor", "1", "x"};
  void edit(weir::editor& e) { e.add_tag("k", "v", true); }
};
struct Sum {
  static constexpr weir::info meta{"sum", "1", "x"};
  void add(weir::row) {}
  void push(weir::sink&) {}
  void reset() {}
};
struct Output {
  static constexpr weir::info meta{"output", "1", "x"};
  weir_status write(const weir::delivery&) { return WEIR_E_RETRY; }
};
struct Parser {
  static constexpr weir::info meta{"parser", "1", "x"};
  void parse(const weir::message&, weir::sink&) {}
};
struct Serializer {
  static constexpr weir::info meta{"serializer", "1", "x"};
  void serialize(const weir::row&, weir::text& to) { to.append("x"); }
};
WEIR_MODULE("all", "1", Input, Service, Filter, Editor, Sum, Output, Parser, Serializer)
