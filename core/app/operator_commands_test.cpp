#include "core/app/operator_commands.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/app/drop_advice.hpp"
#include "core/app/table.hpp"
#include "core/metrics/ledger.hpp"

namespace weir::app {
namespace {

const char* const page =
    R"({"version":"0.1.0","pid":42,"state":"running","generation":3,"uptime_s":7200.5,
"reloaded_s":null,"reload_refused":"weir.conf:3: unknown option","memory":{"used_bytes":1048576,"peak_bytes":1,
"limit_bytes":1073741824},"problems":["outputs.http::dead is tried again: no answer"],"more":{"of":"tomorrow"},"nodes":[
{"kind":"outputs","name":"http","alias":"dead","id":"1","state":"retrying","hangs":false,"failing":false,
"records":{"in":10000,"created":0,"out":4000,"absorbed":0,"filtered":1000,"dropped":1500,"queued":3400,"in_flight":100,
"imbalance":0},"dropped":{"overflow":1499,"of_tomorrow":1},"rates":{"in":1000.0,"out":0.04,"dropped":12.345},
"queue":{"records":3400,"bytes":9,"limit_records":10000,"oldest_s":150.2},"calls":1,
"last_error":{"text":"write failed: no answer","age_s":0.84}},
{"kind":"select","name":"mem","alias":"","id":"2","state":"","records":{"in":5,"out":5},"dropped":{},"last_error":null},
{"kind":"inputs","name":"mem","alias":"","id":"2","state":"running","records":{"created":10000,"out":10000,
"imbalance":-3},"dropped":{},"rates":{"in":1000.0,"out":1000.0,"dropped":0.0},"last_error":null},
{"kind":"inputs","name":"old","alias":"","id":"3","state":"stopped","records":{},"dropped":{}}]})";

AgentStatus status() {
  auto parsed = parse_status(page);
  EXPECT_TRUE(parsed.ok());
  return parsed.ok() ? std::move(parsed).value() : AgentStatus{};
}

TEST(AgentStatus, IsReadAsFarAsItIsUnderstood) {
  const AgentStatus s = status();
  EXPECT_EQ(s.generation, 3U);
  EXPECT_EQ(s.problems.size(), 1U);
  ASSERT_EQ(s.nodes.size(), 4U);
  const NodeStatus& http = s.nodes[0];
  EXPECT_EQ(http.label(), "outputs.http::dead");
  EXPECT_EQ(http.drops.at("overflow"), 1499U);
  EXPECT_EQ(http.oldest_s, 150.2);
  EXPECT_EQ(http.last_error, "write failed: no answer");
  EXPECT_FALSE(s.nodes[1].oldest_s);
  EXPECT_EQ(s.nodes[2].imbalance, -3);
}

TEST(AgentStatus, WhatIsNoneIsAnError) {
  for (const char* text : {"", "[]", "<html>", "{\"version\":"}) {
    EXPECT_FALSE(parse_status(text).ok()) << text;
  }
  EXPECT_EQ(error_in("{\"error\":\"no\"}"), "no");
  EXPECT_EQ(error_in("no"), "");
}

TEST(Words, OfNumbersAndTimes) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(print_rate(0), "");
  EXPECT_EQ(print_rate(12.345), "12.3");
  EXPECT_EQ(print_rate(1999.7), "2,000");
  EXPECT_EQ(print_age(0.84), "0.8 s");
  EXPECT_EQ(print_age(90), "90 s");
  EXPECT_EQ(print_age(150.2), "2 min");
  EXPECT_EQ(print_age(7200.5), "2 h");
  EXPECT_EQ(print_age(172800), "2 d");
}

TEST(Status, IsATableInTheOrderOfThePipeline) {
  EXPECT_EQ(status_text(status()),
            "Weir 0.1.0, process 42: running, generation 3, up 2 h, buffers 1 MiB of 1 GiB\n"
            "last reload refused: weir.conf:3: unknown option\n"
            "\n"
            "NODE                STATE      IN/s  OUT/s  LOST/s   LOST          WAITING  OLDEST\n"
            "inputs.mem          running   1,000  1,000\n"
            "outputs.http::dead  retrying  1,000    0.0    12.3  1,500  3,500 of 10,000   2 min\n"
            "    write failed: no answer (0.8 s ago)\n");
}

TEST(Top, FitsOnTheTerminal) {
  const std::string all = top_text(status(), 0);
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 7);
  const std::string cut = top_text(status(), 6);
  EXPECT_EQ(std::count(cut.begin(), cut.end(), '\n'), 5);
  EXPECT_EQ(top_text(status(), 100), all);
}

TEST(Audit, SaysWhereEveryRecordWent) {
  const std::string text = audit_text(status());
  for (const char* piece :
       {"inputs brought 10,000 records", "outputs.http::dead: 10,000 records came to it",
        "delivered                          4,000     40.0 %",
        "left out by its filter             1,000     10.0 %",
        "wait for it                        3,400     34.0 %",
        "lost: overflow                     1,499     15.0 %", "to do: see its last error",
        "lost: of_tomorrow                      1   0.0100 %", "does not know",
        "the oldest has waited 2 min", "it is retrying: write failed: no answer",
        "inputs.mem: -3"}) {
    EXPECT_NE(text.find(piece), std::string::npos) << piece << " in\n" << text;
  }
}

TEST(Audit, EveryReasonOfTheLedgerHasAdvice) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(metrics::Drop::count); ++i) {
    const char* name = metrics::drop_reason_name(static_cast<metrics::Drop>(i));
    EXPECT_EQ(advice_for(name).reason, name);
  }
}

}  // namespace
}  // namespace weir::app
