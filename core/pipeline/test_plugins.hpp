#pragma once

// Plugins for tests of the host, written with the SDK like any other; a test scripts them through statics.

#include <deque>
#include <string>
#include <vector>

#define WEIR_NO_ENTRY_PROTOTYPE
#include <weir/stream_buffer.hpp>
#include <weir/weir.hpp>

namespace weir::pipeline::test {

// An input whose gather emits one row per name in `names`.
struct NamesInput {
  static constexpr weir::info meta{"names", "1.0.0", "Emits the names a test gave it"};
  static inline std::vector<std::string> names;
  static inline int gathers{0};
  void gather(weir::sink& out) {
    ++gathers;
    for (const auto& n : names) out.metric(n).tag("t", "v").field("n", std::int64_t{1});
  }
};

// An input that emits raw stream pieces.
struct PiecesInput {
  static constexpr weir::info meta{"pieces", "1.0.0", "Emits stream pieces", WEIR_EMITS_RAW};
  static inline std::vector<std::string> pieces;
  void gather(weir::sink& out) {
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      out.raw(pieces[i], WEIR_RAW_STREAM, 7, i + 1 == pieces.size());
      out.emit();
    }
  }
};

// Two messages: one that says how its metrics are called, when they are and what else they have; and one that does not.
struct SayingInput {
  static constexpr weir::info meta{"saying", "1.0.0", "Says more than its messages",
                                   WEIR_EMITS_RAW};
  void gather(weir::sink& out) {
    out.raw("a", WEIR_RAW_RECORD);
    out.metrics_name("renamed").metrics_time(7).tag("t", "x").field("of", "the source");
    out.raw("b", WEIR_RAW_RECORD);
  }
};

// Waits for the end of its batch.
struct WaitingInput {
  static constexpr weir::info meta{"waiting", "1.0.0", "Wants acknowledgements"};
  static inline std::vector<std::string> heard;
  weir::host self;
  void gather(weir::sink& out) {
    weir::emit_options options;
    options.cookie = 5;
    out.begin(options);
    out.metric("a").field("n", std::int64_t{1});
  }
  void ack(std::uint64_t cookie, weir_status status) {
    heard.push_back(std::to_string(cookie) + ": " + std::to_string(status));
  }
};

// Keeps each row with its name, fields and time.
struct RowsOutput {
  static constexpr weir::info meta{"rows", "1.0.0", "Keeps rows"};
  static inline std::vector<std::string> rows;
  static std::string text_of(const weir::row& r) {
    std::string text(r.name());
    for (const auto& t : r.tags()) text += " " + std::string(t.key) + ":" + std::string(t.value);
    for (const auto& f : r.fields()) text += " " + std::string(f.key);
    return text + (r.time_ns() == 7 ? " at 7" : "");
  }
  void write(const weir::delivery& d) {
    for (const weir::row r : d) rows.push_back(text_of(r));
  }
};

// An input that wants to hear how its batch was parsed.
struct AskingInput {
  static constexpr weir::info meta{"asking", "1.0.0", "Asks how it was parsed", WEIR_EMITS_RAW};
  static inline std::string text;
  static inline std::vector<std::string> heard;
  weir::host self;
  void gather(weir::sink&) {
    weir::emit_options options;
    options.cookie = 5;
    options.flags = WEIR_EMIT_PARSED;
    weir::stream_buffer out(self, 256, 0, {}, options);
    if (out.ready() != WEIR_OK) return;
    const std::size_t n = text.copy(out.data(), out.capacity());
    out.emit(n, WEIR_RAW_STREAM, 1, true);
  }
  void parsed(const weir_ev_parsed& e) {
    heard.push_back(std::to_string(e.cookie) + ": " + std::to_string(e.status) + ", " +
                    std::to_string(e.metrics) + " made, " + std::to_string(e.bad) +
                    " bad: " + std::string(weir::view(e.reason)));
  }
};

// Each line a metric; a line that begins with '!' is bad.
struct LinesParser {
  static constexpr weir::info meta{"lines", "1.0.0", "One metric a line"};
  static inline int idles{0};
  void idle() { ++idles; }
  void parse(const weir::message& m, weir::sink& out) {
    if (m.text.front() == '!') throw weir::fail("begins with !");
    out.metric(m.text).field("n", std::int64_t{1});
  }
};

// Of a format without names: only a line that begins with a capital is one.
struct NamelessParser {
  static constexpr weir::info meta{"nameless", "1.0.0", "One metric a line, some without a name"};
  void parse(const weir::message& m, weir::sink& out) {
    const bool named = m.text[0] >= 'A' && m.text[0] <= 'Z';
    out.metric(named ? m.text : std::string_view()).field("n", std::int64_t{1});
  }
};

// LinesParser, cutting the stream itself.
struct CuttingParser {
  static constexpr weir::info meta{"cutting", "1.0.0", "One metric a line, cut here",
                                   WEIR_CUTS_STREAM};
  std::size_t parse(const weir::message& m, weir::sink& out) {
    std::size_t used = 0;
    for (;;) {
      std::size_t end = m.text.find('\n', used);
      if (end == std::string_view::npos && (!m.last || used == m.text.size())) return used;
      end = std::min(end, m.text.size());
      if (end > used) out.metric(m.text.substr(used, end - used)).field("n", std::int64_t{1});
      used = std::min(end + 1, m.text.size());
    }
  }
};

// Two streams, whose pieces come by turns.
struct TwoStreamsInput {
  static constexpr weir::info meta{"two", "1.0.0", "Emits pieces of two streams", WEIR_EMITS_RAW};
  static inline std::vector<std::string> pieces;  // a "" ends its stream
  void gather(weir::sink& out) {
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      out.raw(pieces[i], WEIR_RAW_STREAM, static_cast<std::uint32_t>(i % 2), pieces[i].empty());
    }
  }
};

// The first line of a stream goes before the names of the others.
struct HeadedParser {
  static constexpr weir::info meta{"headed", "1.0.0", "Lines behind a header",
                                   WEIR_CUTS_STREAM | WEIR_KEEPS_SESSIONS};
  std::string head;
  std::size_t parse(const weir::message& m, weir::sink& out) {
    for (std::size_t used = 0;;) {
      const std::size_t end = m.text.find('\n', used);
      if (end == std::string_view::npos) {
        if (m.last) head.clear();
        return used;
      }
      const std::string line(m.text.substr(used, end - used));
      used = end + 1;
      if (head.empty()) {
        head = line;
      } else {
        out.metric(head + line).field("n", std::int64_t{1});
      }
    }
  }
};

// An output that remembers the names it was given, and answers what the test scripted.
struct NamesOutput {
  static constexpr weir::info meta{"kept", "1.0.0", "Keeps names"};
  static inline std::vector<std::vector<std::string>> writes;  // Only those that succeeded.
  static inline std::deque<weir_status> answers;               // The next ones; then OK.
  static inline std::string poison;  // A row of this name cannot be written.
  static inline bool starts{true};
  static inline int tries{0};

  static void reset() {
    writes.clear();
    answers.clear();
    poison.clear();
    starts = true;
    tries = 0;
  }
  static std::vector<std::string> all() {
    std::vector<std::string> names;
    for (const auto& w : writes) names.insert(names.end(), w.begin(), w.end());
    return names;
  }
  void start() {
    if (!starts) throw weir::retry("the peer is away");
  }
  weir_status write(const weir::delivery& d) {
    ++tries;
    if (!answers.empty()) {
      const weir_status s = answers.front();
      answers.pop_front();
      if (s != WEIR_OK) return s;
    }
    std::vector<std::string> names;
    for (const weir::row r : d) names.emplace_back(r.name());
    for (const auto& n : names) {
      if (n == poison) return WEIR_E_SPLIT;
    }
    writes.push_back(std::move(names));
    return WEIR_OK;
  }
};

// Renames every row in place.
struct PrefixProcessor {
  static constexpr weir::info meta{"prefix", "1.0.0", "Puts p_ before names"};
  std::string made;
  void edit(weir::editor& rows) {
    rows.each_name([this](std::string_view n) { return made = "p_" + std::string(n), &made; });
  }
};

// Replaces each row by two.
struct DoubleProcessor {
  static constexpr weir::info meta{"double", "1.0.0", "Emits every row twice"};
  void process(weir::row r, weir::sink& out) {
    out.copy(r);
    out.copy(r);
  }
};

struct CountAggregator {
  static constexpr weir::info meta{"counted", "1.0.0", "Counts rows"};
  std::int64_t n{0};
  void add(weir::row) { ++n; }
  void push(weir::sink& out) {
    if (n != 0) out.metric("count").field("n", n);
  }
  void reset() { n = 0; }
};

template <typename P>
const weir_plugin* plugin_of() {
  return &weir::detail::tables<P>::plugin;
}

}  // namespace weir::pipeline::test
