#pragma once

// Lines in, metrics out, without sockets and threads: for tests, fuzzing and benchmarks.

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <weir/testing/host.hpp>

#include "plugins/inputs/statsd/line_reader.hpp"
#include "plugins/inputs/statsd/reporter.hpp"
#include "plugins/inputs/statsd/store.hpp"

namespace weir::statsd {

struct RigSettings {
  NameSettings names{{}, "_", "", false, ""};
  LineSettings lines{};
  ReportSettings report{};
  std::uint32_t percentile_limit = 0;
};

class Rig {
 public:
  explicit Rig(const RigSettings& s = {})
      : store_(s.names, s.percentile_limit, s.lines.float_counters),
        reader_(s.lines, store_),
        reporter_(s.report, s.percentile_limit) {
    store_.attach(weir::host(kit_.table()));
    reporter_.attach(weir::host(kit_.table()), kit_.now());
  }

  testing::host& kit() { return kit_; }
  Store& store() { return store_; }
  Problems& problems() { return reader_.problems(); }
  LineReader& reader() { return reader_; }

  void send(std::string_view message, const sockaddr_storage* peer = nullptr) {
    store_.set_now(kit_.now());
    reader_.read(message, {kit_.now(), peer});
  }
  // What is reported now, and the events that came, in the order of their text.
  testing::lines report(testing::row_format format = {false, false}) {
    sink out(weir::host(kit_.table()));
    out.begin({});
    report(out);
    out.emit();
    testing::lines rows = kit_.take_rows(format);
    builder& events = reader_.rows();
    if (!events.empty()) {
      testing::block_memory block(events.bytes());
      events.seal(block.data());
      for (std::string& row : print(batch(block.head()), format)) rows.push_back(std::move(row));
    }
    std::sort(rows.begin(), rows.end());
    return rows;
  }
  void report(sink& out) {
    Window& window = store_.take();
    reporter_.report(window, kit_.now(), out);
    Store::give_back(window);
  }
  std::uint64_t take_refused() { return reporter_.take_refused(); }

 private:
  testing::host kit_;
  Store store_;
  LineReader reader_;
  Reporter reporter_;
};

}  // namespace weir::statsd
