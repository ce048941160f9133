#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>
#include <weir/weir.hpp>

// Goal: each kind of struct becomes tables that do what abi.h says; nothing that a plugin throws gets out.

namespace weir {
namespace {

using testing::descriptor;
using testing::failure_of;
using testing::lines;

// ---- what is thrown ----

struct Throws {
  static constexpr info meta{"throws", "1", "x"};
  std::string what;
  static constexpr auto options = std::tuple{opt{"what", &Throws::what, "''", "What to throw"}};
  void gather(sink& out) {
    out.metric("before").field("f", 1);
    if (what == "retry") throw retry("later", 5);
    if (what == "split") throw split("a bad record");
    if (what == "config") throw config_error("rules[2].pattern", "does not compile");
    if (what == "fail") throw fail("never");
    if (what == "memory") throw std::bad_alloc();
    if (what == "bug") throw std::out_of_range("index 7");
    if (what == "int") throw 7;
  }
};

struct Thrown {
  const char* what;
  weir_status status;
  const char* message;
  const char* path;
};
class Exceptions : public ::testing::TestWithParam<Thrown> {};

TEST_P(Exceptions, BecomeStatuses) {
  testing::plugin p(descriptor<Throws>(), "what = '" + std::string(GetParam().what) + "'");
  lines rows;
  const auto f = failure_of([&] { rows = p.gather(); });
  for (const std::string& left : p.take_rows()) rows.push_back(left);
  EXPECT_EQ(rows.size(), 1U);  // what was read before is not lost
  EXPECT_EQ(f.status, GetParam().status);
  EXPECT_EQ(f.message, GetParam().message);
  EXPECT_EQ(f.path, GetParam().path);
  EXPECT_EQ(f.retry_after_ns, GetParam().status == WEIR_E_RETRY ? 5 : 0);
}
INSTANTIATE_TEST_SUITE_P(
    All, Exceptions,
    ::testing::Values(Thrown{"none", WEIR_OK, "", ""}, Thrown{"retry", WEIR_E_RETRY, "later", ""},
                      Thrown{"split", WEIR_E_SPLIT, "a bad record", ""},
                      Thrown{"config", WEIR_E_CONFIG, "does not compile", "rules[2].pattern"},
                      Thrown{"fail", WEIR_E_FAIL, "never", ""},
                      Thrown{"memory", WEIR_E_NOMEM, "out of memory", ""},
                      Thrown{"bug", WEIR_E_PANIC, "index 7", ""},
                      Thrown{"int", WEIR_E_PANIC, "unknown exception", ""}),
    [](const auto& test) { return test.param.what; });

TEST(Errors, AreCutWithoutBreakingCharacters) {
  weir_err e = make_err();
  std::string text(382, 'x');
  text += "\xc3\xa9\xc3\xa9";
  fill(&e, WEIR_E_FAIL, text);
  EXPECT_EQ(message_of(e).size(), 384U);
  text.insert(0, "x");
  fill(&e, WEIR_E_FAIL, text);
  EXPECT_EQ(message_of(e).size(), 383U);
}

// ---- life ----

struct Life {
  static constexpr info meta{"life", "1", "x", WEIR_OWN_THREADS | WEIR_MAY_BLOCK};
  static inline std::vector<std::string> seen;
  static inline int starts_that_fail = 0;
  weir::host self;
  sink* out = nullptr;
  std::thread worker;
  void init() { seen.emplace_back(self && out != nullptr ? "init" : "init without host"); }
  void start() {
    if (starts_that_fail-- > 0) throw retry("not yet");
    seen.emplace_back("start");
    worker = std::thread([this] {
      out->metric("from_thread").field("f", 1);
      out->emit();
    });
  }
  void stop() {
    seen.emplace_back("stop");
    if (worker.joinable()) worker.join();
  }
  void ack(std::uint64_t cookie, weir_status s) {
    seen.push_back("ack " + std::to_string(cookie) + " " + std::to_string(s));
  }
  void resume(std::uint32_t lane) { seen.push_back("resume " + std::to_string(lane)); }
  void posted(std::uint64_t cookie) { seen.push_back("posted " + std::to_string(cookie)); }
};

TEST(Life, RunsInOrder) {
  Life::seen.clear();
  Life::starts_that_fail = 0;
  {
    testing::plugin p(descriptor<Life>());
    p.start();
    ASSERT_TRUE(p.host().wait_rows(1));
    EXPECT_EQ(p.take_rows(), (lines{"from_thread f=1i 1000000000000000000"}));
    p.close();
  }
  EXPECT_EQ(Life::seen, (lines{"init", "start", "stop", "stop"}));
}

TEST(Life, StartMayBeTriedAgain) {
  Life::seen.clear();
  Life::starts_that_fail = 1;
  testing::plugin p(descriptor<Life>());
  EXPECT_EQ(failure_of([&] { p.start(); }).status, WEIR_E_RETRY);
  p.start();
  EXPECT_EQ(Life::seen, (lines{"init", "start"}));
}

TEST(Life, EventsReachTheirMethods) {
  Life::seen.clear();
  Life::starts_that_fail = 0;
  testing::plugin p(descriptor<Life>());
  p.start();
  Life::seen.clear();
  p.host().ack(5, WEIR_E_FAIL);
  p.host().table()->post(p.host().table()->ctx, 9);
  p.events();
  EXPECT_EQ(Life::seen, (lines{"ack 5 -1", "posted 9"}));
  p.host().block();
  weir_buf b{};
  b.size = sizeof b;
  EXPECT_EQ(p.host().table()->buf_get(p.host().table()->ctx, 3, 64, &b), WEIR_WOULD_BLOCK);
  p.host().unblock();
  p.events();
  EXPECT_EQ(Life::seen.back(), "resume 3");
}

// ---- kinds and flags ----

struct Gathers {
  static constexpr info meta{"gathers", "2.1", "Says something", WEIR_MAY_BLOCK};
  static constexpr const char* needs_list[] = {"weir.listen/1", "?weir.other/1", nullptr};
  static constexpr const char* const* needs = needs_list;
  static constexpr weir_metric_decl reads{sizeof(weir_metric_decl), WEIR_COUNTER, "reads", "", ""};
  static constexpr const weir_metric_decl* metric_list[] = {&reads, nullptr};
  static constexpr const weir_metric_decl* const* metrics = metric_list;
  weir::host self;
  std::int64_t rows{};
  static constexpr auto options = std::tuple{opt{"rows", &Gathers::rows, "1", "How many"}};
  void gather(sink& out) {
    self.count(0);
    for (std::int64_t i = 0; i < rows; ++i) out.metric("m").field("i", i);
  }
};
struct Keeps {
  static constexpr info meta{"keeps", "1", "x"};
  bool keep(row r) { return r.name() != "drop"; }
};
struct Edits {
  static constexpr info meta{"edits", "1", "x"};
  void edit(editor& e) {
    e.each_row([&](std::uint32_t r) {
      if (e.at(r).name() == "drop") return e.drop(r);
      const weir_field f = e.field_at(r, 0);
      e.remove_field(r, 0);
      if (f.v.i > 1) e.append_copy(e.at(0));
    });
  }
};
struct Replaces {
  static constexpr info meta{"replaces", "1", "x"};
  void process(row r, sink& out) {
    out.metric("new").field("from", r.name());
    out.copy(r);
  }
};
struct Sums {
  static constexpr info meta{"sums", "1", "x"};
  int n = 0;
  void add(row) { ++n; }
  void push(sink& out) { out.metric("n").field("n", n); }
  void reset() { n = 0; }
};
struct Writes {
  static constexpr info meta{"writes", "1", "x", 0, 3};
  static inline std::vector<std::string> seen;
  weir_status write(const delivery& d) {
    for (const row r : d) seen.emplace_back(r.name());
    if (d.size() == 0) throw retry("nothing", 7);
    return d.attempt() > 1 ? WEIR_ASYNC : WEIR_OK;
  }
};
struct Reads {
  static constexpr info meta{"reads", "1", "x"};
  void parse(const message& m, sink& out) {
    if (m.text == "bad") throw fail("not a word");
    out.metric("word").field("text", m.text);
  }
};
struct Prints {
  static constexpr info meta{"prints", "1", "x"};
  void serialize(const row& r, text& to) {
    to.append(r.name());
    if (r.name() == "bad") throw fail("a bad name");
    to.push('\n');
  }
  void serialize_document(const batch& b, text& to) {
    to.push('[');
    for (const row r : b) to.append(r.name());
    to.push(']');
  }
};

TEST(Tables, SayWhatTheStructIs) {
  EXPECT_EQ(descriptor<Gathers>().kind, WEIR_INPUT);
  EXPECT_EQ(descriptor<Life>().kind, WEIR_INPUT);
  EXPECT_EQ(static_cast<const weir_input_ops*>(descriptor<Life>().kind_ops)->gather, nullptr);
  EXPECT_EQ(descriptor<Keeps>().kind, WEIR_PROCESSOR);
  EXPECT_EQ(descriptor<Sums>().kind, WEIR_AGGREGATOR);
  EXPECT_EQ(descriptor<Writes>().kind, WEIR_OUTPUT);
  EXPECT_EQ(descriptor<Reads>().kind, WEIR_PARSER);
  EXPECT_EQ(descriptor<Prints>().kind, WEIR_SERIALIZER);
  EXPECT_EQ(descriptor<Edits>().flags, WEIR_MUTATES);
  EXPECT_EQ(descriptor<Keeps>().flags, 0U);
  EXPECT_EQ(descriptor<Writes>().max_in_flight, 3U);
  EXPECT_STREQ(descriptor<Gathers>().version, "2.1");
  EXPECT_STREQ(descriptor<Gathers>().needs[1], "?weir.other/1");
  EXPECT_EQ(descriptor<Keeps>().opts, nullptr);
}

TEST(Tables, CountersAreTheHosts) {
  testing::plugin p(descriptor<Gathers>());
  p.gather();
  p.gather();
  EXPECT_EQ(p.metric("reads"), 2U);
}

TEST(Tables, ANeedThatIsNotMetIsRefused) {
  const auto f = failure_of([] {
    testing::plugin p(descriptor<Gathers>(), "",
                      [](testing::host& h) { h.hide_extension("weir.listen/1"); });
  });
  EXPECT_EQ(f.status, WEIR_E_UNSUPPORTED);
}

TEST(Processor, KeepsRows) {
  testing::plugin p(descriptor<Keeps>());
  EXPECT_EQ(p.process({"a f=1i 1", "drop f=1i 2", "b f=1i 3"}), (lines{"a f=1i 1", "b f=1i 3"}));
  EXPECT_EQ(p.process({"drop f=1i 1", "drop f=1i 2", "drop f=1i 3"}, {"011", 1, 1}),
            (lines{"drop f=1i 1", "drop f=1i 3"}));
}

TEST(Processor, EditsDropsAndAppends) {
  testing::plugin p(descriptor<Edits>());
  p.slack(false);
  EXPECT_EQ(p.process({"a f=1i,g=1i 1", "drop f=1i 2", "b f=2i,h=1i 3", "c f=1i 4"}),
            (lines{"a g=1i 1", "b h=1i 3"}));  // the copy of a, too, lost its last field
}

TEST(Processor, ReplacesRows) {
  testing::plugin p(descriptor<Replaces>());
  EXPECT_EQ(p.process({"a,t=v f=1i 1 gauge", "b f=2i 2"}, {"10"}),
            (lines{"b f=2i 2", "new from=\"a\" 1000000000000000000", "a,t=v f=1i 1"}));
}

TEST(Output, SaysWhatBecameOfTheBatch) {
  Writes::seen.clear();
  testing::plugin p(descriptor<Writes>());
  EXPECT_EQ(p.write({"a f=1i", "b f=1i"}), WEIR_OK);
  p.attempt(2);
  EXPECT_EQ(p.write({"c f=1i"}), WEIR_ASYNC);
  const auto f = failure_of([&] { p.write({"d f=1i"}, testing::selection{"0"}); });
  EXPECT_EQ(f.status, WEIR_E_RETRY);
  EXPECT_EQ(f.retry_after_ns, 7);
  EXPECT_EQ(Writes::seen, (lines{"a", "b", "c"}));
}

TEST(Parser, ABadMessageCostsOnlyItself) {
  testing::plugin p(descriptor<Reads>());
  p.format().time = false;
  EXPECT_EQ(
      p.parse_rows({R"(raw record "one" topic=t)", R"(raw record "bad")", R"(raw record "two")"}),
      (lines{R"(word,topic=t text="one")", R"(word text="two")"}));
  ASSERT_EQ(p.host().bad().size(), 1U);
  EXPECT_EQ(p.host().bad()[0].reason, "not a word");
  EXPECT_EQ(p.host().bad()[0].excerpt, "bad");
}

TEST(Serializer, ABadRowTakesNoBytes) {
  testing::plugin p(descriptor<Prints>());
  EXPECT_EQ(p.serialize({"a f=1i", "bad f=1i", "b f=1i"}), (lines{"a\n", "", "b\n"}));
  EXPECT_EQ(p.host().bad_count(), 1U);
  EXPECT_EQ(p.serialize({"a f=1i", "b f=1i"}, testing::selection{"01"}), (lines{"b\n"}));
  EXPECT_EQ(p.serialize_document({"a f=1i", "b f=1i"}), "[ab]");
}

// ---- the sink ----

TEST(Sink, EmitsFullBatchesByItself) {
  testing::plugin p(descriptor<Gathers>(), "rows = 20000");
  EXPECT_EQ(p.gather().size(), 20000U);
  EXPECT_GE(p.host().emits().size(), 3U);
  for (const auto& e : p.host().emits()) EXPECT_LE(e.head()->n_rows, 8192U + 64U);
}

TEST(Sink, WaitsForRoomWhereItMay) {
  testing::plugin p(descriptor<Gathers>(), "rows = 20000");
  p.host().would_block_after(1);
  EXPECT_EQ(p.gather().size(), 20000U);
  EXPECT_GE(p.host().waits(), 1U);
}

TEST(Sink, SaysWhatIsLostWithoutMemory) {
  testing::plugin p(descriptor<Gathers>(), "rows = 10");
  p.host().fail_buffer(1);
  EXPECT_EQ(failure_of([&] { p.gather(); }).status, WEIR_E_NOMEM);
  EXPECT_EQ(p.host().bad_count(), 10U);
  EXPECT_EQ(p.gather().size(), 10U);
}

TEST(Sink, SaysWhatIsLostAtTheEnd) {
  testing::plugin p(descriptor<Gathers>(), "rows = 10");
  p.host().close();
  p.start();
  const auto f = failure_of([&] { p.gather(); });
  EXPECT_EQ(f.status, WEIR_OK);  // WEIR_CLOSED is no failure
  EXPECT_EQ(p.host().bad_count(), 10U);
}

struct Large {
  static constexpr info meta{"large", "1", "x"};
  void gather(sink& out) {
    const std::string text(300'000, 'x');
    for (int i = 0; i < 20; ++i) out.metric("m").field("text", text);
  }
};

TEST(Sink, KeepsBatchesOfLargeTextsUnderTheCap) {
  testing::plugin p(descriptor<Large>());
  p.gather();
  for (const auto& e : p.host().emits()) {
    EXPECT_LE(e.bytes.size(), std::size_t{WEIR_BATCH_BYTES_MAX});
  }
}

}  // namespace
}  // namespace weir
