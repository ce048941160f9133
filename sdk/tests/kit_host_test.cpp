#include <sys/socket.h>

#include <thread>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

// Goal: the kit's host offers what abi.h says, fails where it is told to, and notices who breaks a rule.

namespace weir {
namespace {

using testing::descriptor;
using testing::lines;

// ---- rows as text ----

TEST(Lines, ReadWhatTheyPrint) {
  const lines all{
      R"(m,a=1,b=2 i=-1i,u=18446744073709551615u,f=0.1,t=t,n=f,s="text" 1234 counter)",
      R"(na\ me\,x,t\=k=v\ \,\=\\ f\=\ \,k="q\"\\ \n\t\x00" -5 untyped)",
      "m,e= s=\"\" 7 summary",
  };
  EXPECT_EQ(testing::print(batch(testing::make_batch(all, 0).head()), {true, true}), all);
  const lines numbers{
      "m tiny=5e-324,big=1.7976931348623157e+308,inf=inf,min=-inf,nan=nan,zero=-0 0"};
  EXPECT_EQ(testing::print(batch(testing::make_batch(numbers, 0).head())), numbers);
}

TEST(Lines, ReadRawRows) {
  const lines all{R"(raw record session=1 "a\"b" k=v,l=w)", R"(raw document session=0 "")",
                  R"(raw stream session=4294967295 last "\x01")"};
  EXPECT_EQ(testing::print(batch(testing::make_batch(all, 0).head())), all);
  EXPECT_EQ(testing::print(batch(testing::make_batch({"raw a=1i"}, 7).head())),
            (lines{"raw a=1i 7"}));
}

TEST(Lines, SayWhatIsWrong) {
  for (const char* text :
       {"", "m", "m a", "m a=", "m e=,a=1i", "m a=1x", "m a=1i 5 colour", "m a=\"x", "m,t a=1i",
        "m a=1i 5 gauge x", "m a=99999999999999999999i"}) {
    EXPECT_THROW(testing::make_batch({text}, 0), testing::bad_test) << text;
  }
}

// ---- the host ----

TEST(Host, ItsClockStandsStill) {
  testing::host h;
  const weir::host home(h.table());
  h.set_now(100);
  h.advance(5);
  EXPECT_EQ(home.now(), 105);
}

TEST(Host, KeepsLogsWithTheirPairs) {
  testing::host h;
  const weir::host home(h.table());
  const weir_kv pair{borrow("port"), borrow("80")};
  h.table()->log(h.table()->ctx, WEIR_LOG_WARN, borrow("in use"), &pair, 1);
  EXPECT_TRUE(h.logged_text("in use port=80"));
  EXPECT_FALSE(h.logged_text("in use", WEIR_LOG_ERROR));
  h.log_level(WEIR_LOG_INFO);
  EXPECT_FALSE(home.logs(WEIR_LOG_DEBUG));
}

TEST(Host, HasSecretsAndABudget) {
  testing::host h;
  const weir::host home(h.table());
  h.set_secrets({"first", "second"});
  EXPECT_EQ(home.reveal(2), "second");
  EXPECT_EQ(home.reveal(3), "");
  const auto* budget = home.extension<weir_budget_v1>(WEIR_EXT_BUDGET);
  h.budget_limit(100);
  EXPECT_EQ(budget->charge(home.context(), 80), WEIR_OK);
  EXPECT_EQ(budget->charge(home.context(), 30), WEIR_E_NOMEM);
  EXPECT_EQ(budget->charge(home.context(), -80), WEIR_OK);
  EXPECT_EQ(h.charged_bytes(), 0);
}

TEST(Host, ListensOnFreePorts) {
  testing::host h;
  const weir::host home(h.table());
  const auto* listen = home.extension<weir_listen_v1>(WEIR_EXT_LISTEN);
  weir_listen_opts o{};
  o.size = sizeof o;
  std::int32_t tcp = -1;
  std::int32_t udp = -1;
  weir_err e = make_err();
  ASSERT_EQ(listen->open(home.context(), borrow("tcp://127.0.0.1:0"), &o, &tcp, &e), WEIR_OK)
      << message_of(e);
  ASSERT_EQ(listen->open(home.context(), borrow("udp://:0"), &o, &udp, &e), WEIR_OK)
      << message_of(e);
  EXPECT_NE(h.port(0), 0);
  EXPECT_NE(h.port(1), 0);
  int type = 0;
  socklen_t n = sizeof type;
  getsockopt(udp, SOL_SOCKET, SO_TYPE, &type, &n);
  EXPECT_EQ(type, SOCK_DGRAM);
  listen->close(home.context(), tcp);
  EXPECT_EQ(h.listening().all().size(), 1U);
  EXPECT_EQ(listen->open(home.context(), borrow("no address"), &o, &tcp, &e), WEIR_E_CONFIG);
}

TEST(Host, HandsOutItsOwnRows) {
  testing::host h;
  const weir::host home(h.table());
  h.self_rows({"weir_input,input=cpu rows=5i 3"});
  weir_buf b{};
  std::uint32_t used = 0;
  ASSERT_EQ(home.extension<weir_self_v1>(WEIR_EXT_SELF)->snapshot(home.context(), 1, &b, &used),
            WEIR_OK);
  emit_options o;
  EXPECT_EQ(home.send(o, b), WEIR_OK);
  EXPECT_EQ(h.take_rows(), (lines{"weir_input,input=cpu rows=5i 3"}));
}

TEST(Host, BlocksAndClosesWaiters) {
  testing::host h(WEIR_OWN_THREADS);
  const weir::host home(h.table());
  h.block();
  emit_options o;
  o.may_wait = true;
  weir_status got = WEIR_OK;
  std::thread waiter([&] {
    weir_buf b{};
    got = home.take(o, 64, b);
    home.give_back(b);
  });
  h.close();
  waiter.join();
  EXPECT_EQ(got, WEIR_CLOSED);
}

TEST(Host, RefusesBrokenBatches) {
  testing::host h;
  const weir::host home(h.table());
  emit_options o;
  weir_buf b{};
  ASSERT_EQ(home.take(o, 4096, b), WEIR_OK);
  EXPECT_EQ(home.send(o, b), WEIR_E_FAIL);
  ASSERT_EQ(h.violations().size(), 1U);
  EXPECT_NE(h.violations()[0].find("invalid batch"), std::string::npos);
}

// ---- plugins that break rules ----

struct Bad {
  static constexpr info meta{"bad", "1", "x"};
  std::string how;
  weir::host self;
  weir_buf kept{};
  static constexpr auto options = std::tuple{opt{"how", &Bad::how, "''", "What to do wrong"}};
  void gather(sink& out) {
    emit_options waits;
    waits.may_wait = true;
    if (how == "keeps a buffer") self.take({}, 64, kept);
    if (how == "waits") self.raw()->buf_wait(self.context(), 0, 64, &kept, 0);
    if (how == "holds") self.raw()->hold(self.context(), 1);
    if (how == "completes") self.complete(77, weir_result{});
    if (how == "threads") std::thread([&] { self.bad(0, one()); }).join();
    if (how == "releases") self.release(5);
    if (how == "gives back twice") {
      weir_buf b{};
      self.take({}, 64, b);
      weir_buf again = b;
      self.give_back(b);
      self.give_back(again);
    }
    if (how == "raw") out.raw("x", WEIR_RAW_RECORD);
    if (how == "charges") {
      self.extension<weir_budget_v1>(WEIR_EXT_BUDGET)->charge(self.context(), 5);
    }
    if (how == "retains") self.retain(1);
  }
  void stop() {
    if (how == "emits after stop" && stopped++ == 1) self.bad(0, one());
  }
  static weir_bad one() {
    weir_bad b{};
    b.size = sizeof b;
    b.count = 1;
    return b;
  }
  int stopped = 0;
};

void run(const std::string& how) {
  testing::plugin p(descriptor<Bad>(), "how = '" + how + "'");
  p.gather();
  p.close();
}

TEST(Violations, AreThrown) {
  for (const char* how : {"keeps a buffer", "waits", "holds", "completes", "threads", "releases",
                          "gives back twice", "raw", "charges", "retains", "emits after stop"}) {
    EXPECT_THROW(run(how), testing::violation) << how;
  }
  EXPECT_NO_THROW(run("nothing"));
}

TEST(Violations, OfTheEndAreThrownByTheDestructor) {
  const auto leak = [] {
    testing::plugin p(descriptor<Bad>(), "how = 'charges'");
    p.gather();
  };
  EXPECT_THROW(leak(), testing::violation);
}

struct BadEditor {
  static constexpr info meta{"bad_editor", "1", "x"};
  std::string how;
  static constexpr auto options = std::tuple{opt{"how", &BadEditor::how, "''", "What to do wrong"}};
  void edit(editor& e) {
    if (how == "other rows") e.set_time(1, 99);
    if (how == "double key") e.set_field_key(0, 1, e.field_at(0, 0).key);
    if (how == "no name") e.set_name(0, 12345U);
  }
};

TEST(Violations, OfEditorsAreThrown) {
  for (const char* how : {"other rows", "double key", "no name"}) {
    testing::plugin p(descriptor<BadEditor>(), "how = '" + std::string(how) + "'");
    EXPECT_THROW(p.process({"m a=1i,b=2i 1", "m a=1i 2"}, {"10"}), testing::violation) << how;
  }
}

struct Scribbler {
  static constexpr info meta{"scribbler", "1", "x"};
  bool keep(row r) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): the breach that has to be found
    const_cast<weir_row&>(r.raw()).time_ns = 5;
    return true;
  }
};

TEST(Violations, WritingIntoALentBatchIsOne) {
  testing::plugin p(descriptor<Scribbler>());
  EXPECT_THROW(p.process({"m a=1i 1"}), testing::violation);
}

struct Greedy {
  static constexpr info meta{"greedy", "1", "x", WEIR_CUTS_STREAM};
  std::size_t parse(const message& m, sink& out) {  // takes what it is given, whole or not
    out.metric("m").field("text", m.text);
    return m.text.size();
  }
};

TEST(Violations, AParserWhoseRowsDependOnTheCutIsFound) {
  testing::plugin p(descriptor<Greedy>());
  EXPECT_THROW(p.parse_split("abc"), testing::violation);
}

}  // namespace
}  // namespace weir
