#include "core/app/queue_commands.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/app/configuration.hpp"
#include "core/app/rows_text.hpp"
#include "core/base/disk.hpp"
#include "core/batch/rows.hpp"
#include "core/config/text.hpp"
#include "core/queue/disk_inspect.hpp"
#include "core/queue/disk_queue.hpp"
#include "core/runtime/places.hpp"

namespace weir::app {
namespace {

using config::json_quote;
using queue::DiskInspect;
using queue::DiskQueue;

constexpr std::int64_t budget_bytes = std::int64_t{256} << 20;
constexpr std::uint64_t second_ns = 1'000'000'000;
constexpr std::uint64_t no_limit = std::uint64_t{1} << 50;

int fail(const std::string& message) {
  std::fprintf(stderr, "weir: %s\n", message.c_str());
  return 1;
}

// ---- which queues -------------------------------------------------------------------------------------------

std::optional<std::string> state_directory(const CommandLine& line) {
  if (!line.state_directory.empty()) return line.state_directory;
  config::WeirSettings settings;
  if (!line.config.empty() || !line.config_directories.empty()) {
    Catalog catalog(line.plugin_directories);
    Configuration configuration(line, catalog);
    const auto loaded = configuration.load();
    if (!loaded) return std::nullopt;
    settings = loaded->weir;
  }
  return runtime::state_directory(settings, runtime::process_environment, ::geteuid() == 0);
}

struct Queue {
  std::string name, directory;
};

// One that an agent is just making has none of these yet.
bool is_queue(const std::string& directory) {
  const auto names = system_disk().list(directory);
  if (!names) return false;
  return std::any_of(names.value().begin(), names.value().end(), [](const std::string& name) {
    return name == queue::QueueFiles::meta_name || name == queue::QueueFiles::cursor_name ||
           queue::parse_segment_name(name);
  });
}

// Of one kind, "queue" or "dead".
void add_queues(const std::string& state, const std::string& kind, std::vector<Queue>& queues) {
  const std::string folder = state + '/' + kind;
  const auto names = system_disk().list(folder);
  if (!names) return;
  for (const std::string& name : names.value()) {
    if (!is_queue(folder + '/' + name)) continue;
    queues.push_back({kind == "dead" ? "dead/" + name : name, folder + '/' + name});
  }
}

// The named one, or all. Nothing: that was said.
std::optional<std::vector<Queue>> queues_of(const CommandLine& line) {
  Disk& disk = system_disk();
  if (line.name.starts_with('/') || line.name.starts_with('.')) {
    return std::vector<Queue>{{line.name, line.name}};
  }
  const auto state = state_directory(line);
  if (!state) return std::nullopt;
  std::vector<Queue> all;
  add_queues(*state, "queue", all);
  add_queues(*state, "dead", all);
  if (line.name.empty()) return all;
  std::string known;
  for (const Queue& queue : all) {
    if (queue.name == line.name) return std::vector<Queue>{queue};
    known += (known.empty() ? "" : ", ") + queue.name;
  }
  fail("there is no queue \"" + line.name + "\" in " + *state +
       (known.empty() ? std::string(disk.exists(*state) ? ": it has none" : ": it is not there")
                      : ": it has " + known));
  return std::nullopt;
}

// Calls visit for each of the queues that the command line names; status of the worst.
int for_each(const CommandLine& line, const std::function<int(const Queue&, DiskInspect&)>& visit) {
  const auto queues = queues_of(line);
  if (!queues) return 1;
  int status = 0;
  for (const Queue& queue : *queues) {
    auto opened = DiskInspect::open(system_disk(), queue.directory);
    const int one = opened ? visit(queue, opened.value()) : fail(opened.error().message);
    status = std::max(status, one);
  }
  return status;
}

// ---- ls -----------------------------------------------------------------------------------------------------

std::string time_text(std::int64_t ns) {
  if (ns == 0) return "-";
  const std::time_t seconds = ns / static_cast<std::int64_t>(second_ns);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

int print_summary(const CommandLine& line, const Queue& queue, DiskInspect& inspect) {
  const auto summary = inspect.summary();
  if (!summary) return fail(summary.error().message);
  const DiskInspect::Summary& s = summary.value();
  if (line.json) {
    std::printf(
        "{\"queue\":%s,\"directory\":%s,\"owner\":%s,\"entries\":%llu,\"records\":%llu,"
        "\"bytes\":%llu,\"damaged_records\":%llu,\"oldest_ns\":%lld,\"newest_ns\":%lld,"
        "\"file_bytes\":%llu}\n",
        json_quote(queue.name).c_str(), json_quote(queue.directory).c_str(),
        json_quote(inspect.meta().owner).c_str(), static_cast<unsigned long long>(s.entries),
        static_cast<unsigned long long>(s.records), static_cast<unsigned long long>(s.bytes),
        static_cast<unsigned long long>(s.damaged_records), static_cast<long long>(s.oldest_ns),
        static_cast<long long>(s.newest_ns), static_cast<unsigned long long>(s.file_bytes));
    return 0;
  }
  std::printf("%-32s %12llu records %10llu entries %14llu bytes  oldest %s", queue.name.c_str(),
              static_cast<unsigned long long>(s.records),
              static_cast<unsigned long long>(s.entries), static_cast<unsigned long long>(s.bytes),
              time_text(s.oldest_ns).c_str());
  if (s.damaged_records != 0) {
    std::printf("  %llu damaged", static_cast<unsigned long long>(s.damaged_records));
  }
  std::printf("\n");
  return 0;
}

void print_entry(const CommandLine& line, const DiskInspect::Item& item) {
  const auto first = static_cast<unsigned long long>(item.records.first);
  const auto records = static_cast<unsigned long long>(item.records.end - item.records.first);
  const auto bytes = static_cast<unsigned long long>(item.bytes);
  if (line.json) {
    std::printf(
        "{\"sequence\":%llu,\"first\":%llu,\"records\":%llu,\"bytes\":%llu,\"time_ns\":%lld,"
        "\"damaged\":%s,\"meta\":%s}\n",
        static_cast<unsigned long long>(item.header.sequence), first, records, bytes,
        static_cast<long long>(item.header.time_ns), item.damaged ? "true" : "false",
        json_quote(item.meta).c_str());
    return;
  }
  std::printf("%12llu %8llu records %10llu bytes  %s %s%s\n", first, records, bytes,
              time_text(item.header.time_ns).c_str(), item.meta.c_str(),
              item.damaged ? " damaged" : "");
}

// ---- verify -------------------------------------------------------------------------------------------------

int verify_one(const Queue& queue, DiskInspect& inspect) {
  queue::Budget budget(budget_bytes);
  std::uint64_t entries = 0;
  std::uint64_t damaged = 0;
  const Status seen = inspect.each(&budget, [&](const DiskInspect::Item& item) {
    ++entries;
    if (!item.damaged) return true;
    ++damaged;
    std::printf("%s: records %llu to %llu are damaged (%s, byte %llu)\n", queue.name.c_str(),
                static_cast<unsigned long long>(item.records.first),
                static_cast<unsigned long long>(item.records.end - 1), item.file.c_str(),
                static_cast<unsigned long long>(item.offset));
    return true;
  });
  if (!seen) return fail(seen.error().message);
  std::printf("%s: %llu entries, %llu damaged\n", queue.name.c_str(),
              static_cast<unsigned long long>(entries), static_cast<unsigned long long>(damaged));
  return damaged == 0 ? 0 : 1;
}

// ---- cat, export --------------------------------------------------------------------------------------------

int cat_one(DiskInspect& inspect) {
  queue::Budget budget(budget_bytes);
  const Status seen = inspect.each(&budget, [&](const DiskInspect::Item& item) {
    if (item.damaged) {
      (void)fail("records " + std::to_string(item.records.first) + " to " +
                 std::to_string(item.records.end - 1) + " are damaged");
      return true;
    }
    const std::uint64_t done = std::max(inspect.done(), item.records.first);
    const std::string text =
        rows_as_json(*item.block.batch(), static_cast<std::uint32_t>(done - item.records.first));
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  });
  return seen ? 0 : fail(seen.error().message);
}

int export_one(const CommandLine& line, DiskInspect& inspect) {
  auto file = system_disk().open(line.file, Disk::Mode::create);
  if (!file) return fail(file.error().message);
  if (const Status cut = file.value()->truncate(0); !cut) return fail(cut.error().message);
  queue::Budget budget(budget_bytes);
  std::uint64_t at = 0;
  std::uint64_t batches = 0;
  Status written = ok_status();
  const Status seen = inspect.each(&budget, [&](const DiskInspect::Item& item) {
    if (item.damaged) return true;
    const std::uint64_t bytes = item.block.batch()->total;
    written = file.value()->write_one({item.block->data(), bytes}, at);
    at += queue::padded(bytes);
    ++batches;
    return written.ok();
  });
  if (written && seen) written = file.value()->truncate(at);
  if (!written) return fail(written.error().message);
  if (!seen) return fail(seen.error().message);
  std::printf("%llu batches, %llu bytes\n", static_cast<unsigned long long>(batches),
              static_cast<unsigned long long>(at));
  return 0;
}

// ---- purge, requeue -----------------------------------------------------------------------------------------

std::unique_ptr<DiskQueue> open_queue(const std::string& directory, queue::Budget& budget) {
  const auto known = DiskInspect::open(system_disk(), directory);
  if (!known) return fail(known.error().message), nullptr;
  DiskQueue::Settings settings;
  settings.directory = directory;
  settings.owner = known.value().meta().owner;
  settings.max_bytes = no_limit;
  settings.segment_bytes = 4 << 20;
  settings.cache_bytes = 0;
  DiskQueue::Recovery found;
  auto opened = DiskQueue::open(system_disk(), budget, settings, found);
  if (!opened) return fail(opened.error().message), nullptr;
  return std::move(opened).value();
}

// The rows as a block of their own.
Status append_rows(DiskQueue& to, const DiskQueue::Taken& from, queue::Budget& budget) {
  const Merge plan(Selection{from.rows.block.batch(), nullptr, from.rows.row0, from.rows.n_rows});
  auto block = queue::BlockRef::make(budget, plan.bytes(), queue::Budget::Use::stage);
  if (!block || plan.write(block->data()) == 0) return Error{ErrorKind::overloaded, "no memory"};
  std::string why;
  const auto answer = to.append(queue::Parcel::whole(std::move(block)), from.time_ns, "", why);
  if (answer == DiskQueue::Append::stored) return ok_status();
  return Error{ErrorKind::unavailable, why};
}

// A record is done in one queue only when it is safe in the other.
Status move_all(DiskQueue& from, DiskQueue& to, queue::Budget& budget, std::uint64_t& moved) {
  while (true) {
    const auto taken = from.take();
    if (!taken) return taken.error();
    const DiskQueue::Taken& entry = taken.value();
    if (!entry.rows.block) break;
    if (Status appended = append_rows(to, entry, budget); !appended) return appended;
    moved += entry.rows.count();
  }
  if (Status synced = to.sync(); !synced) return synced;
  return from.done(from.next());
}

}  // namespace

int queue_ls(const CommandLine& line) {
  return for_each(line, [&](const Queue& queue, DiskInspect& inspect) {
    if (line.name.empty()) return print_summary(line, queue, inspect);
    const Status seen = inspect.each(nullptr, [&](const DiskInspect::Item& item) {
      print_entry(line, item);
      return true;
    });
    return seen ? 0 : fail(seen.error().message);
  });
}

int queue_verify(const CommandLine& line) { return for_each(line, verify_one); }

int queue_cat(const CommandLine& line) {
  return for_each(line, [](const Queue&, DiskInspect& inspect) { return cat_one(inspect); });
}

int queue_export(const CommandLine& line) {
  return for_each(line,
                  [&](const Queue&, DiskInspect& inspect) { return export_one(line, inspect); });
}

int queue_purge(const CommandLine& line) {
  const auto queues = queues_of(line);
  if (!queues) return 1;
  queue::Budget budget(budget_bytes);
  const auto queue = open_queue(queues->front().directory, budget);
  if (!queue) return 1;
  const std::uint64_t records = queue->records();
  const Status done = queue->done(queue->appended());
  if (!done) return fail(done.error().message);
  std::printf("%llu records dropped\n", static_cast<unsigned long long>(records));
  return 0;
}

int queue_requeue(const CommandLine& line) {
  const auto state = state_directory(line);
  if (!state) return 1;
  const std::string name = line.name.starts_with("dead/") ? line.name.substr(5) : line.name;
  const std::string target = *state + "/queue/" + name;
  if (!system_disk().exists(target)) {
    return fail("output \"" + name + "\" has no queue on disk to send its dead letters from (" +
                target + "): give it queue = \"disk\" or \"spill\" and start the agent once");
  }
  queue::Budget budget(budget_bytes);
  const auto from = open_queue(*state + "/dead/" + name, budget);
  const auto to = from ? open_queue(target, budget) : nullptr;
  if (!to) return 1;
  std::uint64_t moved = 0;
  const Status all = move_all(*from, *to, budget, moved);
  if (!all) return fail(all.error().message);
  std::printf("%llu records will be sent again\n", static_cast<unsigned long long>(moved));
  return 0;
}

}  // namespace weir::app
