#include "core/metrics/exposition.hpp"

#include <gtest/gtest.h>
#include <prometheus/collectable.h>

namespace weir::metrics {
namespace {

class Exposition : public ::testing::Test {
 protected:
  std::string page() const {
    return text_page(*make_collectable(ledger_, [this] { return memory_; }));
  }
  // Is there a line that begins so?
  bool shows(const std::string& line) const {
    return page().find("\n" + line) != std::string::npos;
  }
  std::size_t count(const std::string& text) const {
    const std::string all = page();
    std::size_t n = 0;
    for (std::size_t at = all.find(text); at != std::string::npos; at = all.find(text, at + 1)) ++n;
    return n;
  }

  Ledger ledger_;
  Memory memory_;
};

TEST_F(Exposition, SaysWhereRecordsWent) {
  Node& n = ledger_.add("outputs", "kafka", "main", "0a1b");
  n.in = 10;
  n.out = 6;
  n.filtered = 1;
  n.drop(Drop::overflow, 3);
  const std::string labels = R"({kind="outputs",plugin="kafka",alias="main",id="0a1b")";
  EXPECT_TRUE(shows("weir_records_in_total" + labels + "} 10\n")) << page();
  EXPECT_TRUE(shows("weir_records_out_total" + labels + "} 6\n"));
  EXPECT_TRUE(shows("weir_records_filtered_total" + labels + "} 1\n"));
  EXPECT_TRUE(shows("weir_records_dropped_total" + labels + ",reason=\"overflow\"} 3\n"));
  // Lost nothing is a figure too: an alert on a rate needs it.
  EXPECT_TRUE(shows("weir_records_dropped_total" + labels + ",reason=\"rejected\"} 0\n"));
}

TEST_F(Exposition, HasWhatPluginsCountThemselves) {
  static constexpr weir_metric_decl read{sizeof(weir_metric_decl), WEIR_COUNTER, "bytes-read",
                                         "bytes", "Bytes read"};
  static constexpr weir_metric_decl open{sizeof(weir_metric_decl), WEIR_GAUGE, "open", "", "Open"};
  static constexpr const weir_metric_decl* const decls[] = {&read, &open, nullptr};
  for (const std::uint64_t value : {3U, 4U}) {  // the second after a reload
    OwnMetrics& own = ledger_.add("inputs", "file", "", "1").own(decls);
    own.slots()[0] = own.slots()[1] = value;
  }
  ledger_.add("inputs", "silent", "", "2");
  const std::string labels = R"({kind="inputs",plugin="file",id="1"})";
  EXPECT_TRUE(shows("weir_inputs_file_bytes_read_total" + labels + " 7\n")) << page();
  EXPECT_TRUE(shows("weir_inputs_file_open" + labels + " 4\n"));
}

TEST_F(Exposition, SaysHowAnOutputFares) {
  Node& n = ledger_.add("outputs", "file", "", "");
  n.queued = 5;
  n.in_flight = 2;
  n.queue_limit = 100;
  n.calls = 4;
  n.errors = 1;
  n.retries = 1;
  n.batches = 3;
  n.call_ns = 1'500'000'000;
  const std::string labels = R"({kind="outputs",plugin="file"})";
  EXPECT_TRUE(shows("weir_queue_records" + labels + " 5\n")) << page();
  EXPECT_TRUE(shows("weir_in_flight_records" + labels + " 2\n"));
  EXPECT_TRUE(shows("weir_queue_limit_records" + labels + " 100\n"));
  EXPECT_TRUE(shows("weir_calls_total" + labels + " 4\n"));
  EXPECT_TRUE(shows("weir_call_errors_total" + labels + " 1\n"));
  EXPECT_TRUE(shows("weir_write_retries_total" + labels + " 1\n"));
  EXPECT_TRUE(shows("weir_batches_written_total" + labels + " 3\n"));
  EXPECT_TRUE(shows("weir_call_seconds_total" + labels + " 1.5\n"));
  EXPECT_FALSE(shows("weir_gathers_skipped_total" + labels));
}

TEST_F(Exposition, SaysHowAnInputFares) {
  Node& n = ledger_.add("inputs", "cpu", "", "");
  n.timeouts = 2;
  n.skipped = 1;
  n.startup_errors = 1;
  const std::string labels = R"({kind="inputs",plugin="cpu"})";
  EXPECT_TRUE(shows("weir_gathers_late_total" + labels + " 2\n")) << page();
  EXPECT_TRUE(shows("weir_gathers_skipped_total" + labels + " 1\n"));
  EXPECT_TRUE(shows("weir_start_errors_total" + labels + " 1\n"));
  EXPECT_FALSE(shows("weir_queue_records" + labels));
}

TEST_F(Exposition, NodesWithTheSameLabelsAreOneSeries) {
  for (const std::uint64_t rows : {3U, 4U}) {  // As a reload leaves them.
    Node& n = ledger_.add("outputs", "file", "", "id");
    n.in = rows;
    n.queue_limit = 100;
  }
  EXPECT_TRUE(shows(R"(weir_records_in_total{kind="outputs",plugin="file",id="id"} 7)")) << page();
  EXPECT_TRUE(shows(R"(weir_queue_limit_records{kind="outputs",plugin="file",id="id"} 100)"));
  EXPECT_EQ(count("weir_records_in_total{"), 1U);
}

TEST_F(Exposition, CountsStayWhole) {
  ledger_.add("outputs", "file", "", "").out = 123'456'789'012'345;
  EXPECT_TRUE(shows(R"(weir_records_out_total{kind="outputs",plugin="file"} 123456789012345)"))
      << page();
}

TEST_F(Exposition, SaysWhatTheAgentUses) {
  memory_ = {100, 200, 300};
  EXPECT_TRUE(shows("weir_memory_used_bytes 100\n")) << page();
  EXPECT_TRUE(shows("weir_memory_peak_bytes 200\n"));
  EXPECT_TRUE(shows("weir_memory_limit_bytes 300\n"));
  EXPECT_TRUE(shows("weir_build_info{version=\""));
}

}  // namespace
}  // namespace weir::metrics
