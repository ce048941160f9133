// What a row costs in processors, aggregators, parsers and serializers, driven through their C tables as modules; and what
// it takes of the allocator and of locks.
//
// Rows: 4 tags, 5 fields, 10,000 series one after the other in batches of 1,500, so that every row of a batch has
// a tag range of its own. Making the batch anew for each round is not in the times, which are those of the thread, so
// that a busy machine does not show.
//
//   plugins_bench --benchmark_filter=chain

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <stdexcept>

#include <benchmark/benchmark.h>

#include <weir/testing/config.hpp>
#include <weir/testing/counts.hpp>
#include <weir/weir.hpp>

namespace {

constexpr std::uint32_t rows_per_batch = 1500;
constexpr std::uint32_t series = 10000;
constexpr std::uint64_t serialized_max = std::uint64_t{4} << 20U;

weir_buf take(std::uint64_t bytes) {
  weir_buf b{};
  b.size = sizeof b;
  b.cap = (bytes + 63) / 64 * 64;
  b.data = static_cast<std::uint8_t*>(std::aligned_alloc(64, b.cap));
  return b;
}
void put(weir_buf& b) {
  std::free(b.data);
  b.data = nullptr;
}

// A host that takes every batch and forgets it.
class NullHost {
 public:
  NullHost() {
    table_.size = sizeof table_;
    table_.slots = slots_;
    table_.log_on = [](void*, std::int32_t) -> std::int32_t { return 0; };
    table_.log = [](void*, std::int32_t, weir_str, const weir_kv*, std::uint32_t) {};
    table_.now_ns = [](void*) -> std::int64_t { return 1'700'000'000'000'000'000; };
    table_.buf_get = [](void*, std::uint32_t, std::uint64_t bytes, weir_buf* out) -> weir_status {
      return *out = take(bytes), WEIR_OK;
    };
    table_.buf_put = [](void*, weir_buf* b) { put(*b); };
    table_.emit = [](void*, weir_buf* b, const weir_emit*) -> weir_status {
      return put(*b), WEIR_OK;
    };
    table_.report = [](void*, std::uint64_t, const weir_bad*) {};
    table_.extension = [](void*, const char*) -> const void* { return nullptr; };
  }
  const weir_host* table() const { return &table_; }

 private:
  weir_host table_{};
  std::uint64_t slots_[16]{};
};

// One instance out of a module of the build.
class Plugin {
 public:
  Plugin(const std::string& kind, const std::string& name, const char* toml) {
    const std::string path = std::string(WEIR_PLUGINS) + "/" + kind + "/" + name + ".so";
    void* module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread
    if (module == nullptr) throw std::runtime_error(dlerror());
    const auto entry = reinterpret_cast<const weir_module* (*)()>(dlsym(module, WEIR_ENTRY_SYMBOL));
    descriptor_ = entry()->plugins[0];
    config_ = std::make_unique<weir::testing::config>(descriptor_->opts, toml);
    weir_err err = weir::make_err();
    if (descriptor_->ops->create(host_.table(), config_->get(), &self_, &err) < 0 ||
        (descriptor_->ops->start != nullptr && descriptor_->ops->start(self_, 0, &err) < 0)) {
      throw std::runtime_error(std::string(weir::message_of(err)));
    }
  }
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
  ~Plugin() { descriptor_->ops->destroy(self_); }

  // A processor's work on a block that is all its own.
  void process(weir_buf& block, std::uint64_t* keep) {
    const auto* ops = static_cast<const weir_processor_ops*>(descriptor_->kind_ops);
    const weir_delivery in = delivery(block);
    weir_err err = weir::make_err();
    const bool edits = WEIR_HAS(ops, weir_processor_ops, edit);
    check(edits ? ops->edit(self_, &block, &in, keep, &err) : ops->process(self_, &in, keep, &err));
  }
  void aggregate(weir_buf& block) {
    const auto* ops = static_cast<const weir_aggregator_ops*>(descriptor_->kind_ops);
    const weir_delivery in = delivery(block);
    weir_err err = weir::make_err();
    check(ops->add(self_, &in, &err));
  }
  void write(weir_buf& block) {
    const auto* ops = static_cast<const weir_output_ops*>(descriptor_->kind_ops);
    const weir_delivery in = delivery(block);
    weir_err err = weir::make_err();
    check(ops->write(self_, &in, &err));
  }
  // stream: a block with one raw row; text: its bytes, that end with a whole record.
  void parse(weir_buf& stream, std::string_view text) {
    const auto* ops = static_cast<const weir_parser_ops*>(descriptor_->kind_ops);
    weir_delivery in = delivery(stream);
    in.flags = WEIR_D_LAST;
    in.raw = {text.data(), text.size()};
    std::uint64_t consumed = 0;
    weir_err err = weir::make_err();
    check(ops->parse(self_, &in, &consumed, &err));
  }
  void serialize(weir_buf& block, weir_buf& to, std::uint32_t* row_end) {
    const auto* ops = static_cast<const weir_serializer_ops*>(descriptor_->kind_ops);
    const weir_delivery in = delivery(block);
    std::uint64_t used = 0;
    weir_err err = weir::make_err();
    check(ops->serialize(self_, &in, &to, &used, row_end, &err));
  }
  void push() {
    const auto* ops = static_cast<const weir_aggregator_ops*>(descriptor_->kind_ops);
    weir_err err = weir::make_err();
    check(ops->push(self_, &err));
    ops->reset(self_);
  }

 private:
  static weir_delivery delivery(const weir_buf& block) {
    weir_delivery d{};
    d.size = sizeof d;
    d.id = d.batch_id = 1;
    d.batch = reinterpret_cast<const weir_batch*>(block.data);
    d.n_rows = d.batch->n_rows;
    return d;
  }
  static void check(weir_status s) {
    if (s < 0) throw std::runtime_error("status " + std::to_string(s));
  }
  NullHost host_;
  const weir_plugin* descriptor_ = nullptr;
  std::unique_ptr<weir::testing::config> config_;
  void* self_ = nullptr;
};

std::string numbered(const char* text, std::uint32_t n, std::size_t digits) {
  const std::string number = std::to_string(n);
  return text + std::string(digits - std::min(digits, number.size()), '0') + number;
}

void add_row(weir::builder& b, std::uint32_t s) {
  const std::uint32_t r = (s * 2654435761U) >> 7U;
  b.metric("cpu_node", 1'700'000'000'000'000'000).tag("cpu", numbered("cpu", (r >> 3U) % 64, 2));
  b.tag("dc", numbered("eu-west-", r % 9 + 1, 1))
      .tag("host", numbered("node-", s, 8))
      .tag("job", "node_exporter");
  b.field("usage_user", 10 + r % 8999 / 100.0).field("usage_system", 1 + r % 8999 / 1000.0);
  b.field("usage_idle", 10 + (r >> 2U) % 8999 / 100.0)
      .field("load", 1 + (r >> 4U) % 8999 / 10000.0);
  b.field("seq", std::int64_t{100'000'000'000} + s);
}

const std::vector<weir_buf>& batches() {
  static const std::vector<weir_buf> made = [] {
    std::vector<weir_buf> all;
    weir::builder b;
    for (std::uint32_t s = 0; s < series; ++s) {
      add_row(b, s);
      if (b.size() < rows_per_batch) continue;
      all.push_back(take(b.bytes()));
      b.seal(all.back().data);
    }
    return all;
  }();
  return made;
}

struct Stage {
  const char* name;
  const char* toml;
};
const std::vector<Stage> chain{
    {"rename",
     "[[replace]]\ntag = 'dc'\ndest = 'region'\n[[replace]]\nfield = 'usage_user'\ndest = 'user'"},
    {"regex", "[[tags]]\nkey = 'region'\npattern = '^eu-west-(\\d)$'\nreplacement = 'euw${1}'"},
    {"converter", "[fields]\ninteger = ['load']"},
    {"override", "[tags]\nenv = 'prod'"},
    {"filter", "[[rule]]\ntags = {'cpu' = ['cpu99']}\naction = 'drop'"},
};

double thread_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

void run_stages(benchmark::State& state, const std::vector<Stage>& stages) {
  std::vector<std::unique_ptr<Plugin>> plugins;
  plugins.reserve(stages.size());
  for (const Stage& s : stages) {
    plugins.push_back(std::make_unique<Plugin>("processors", s.name, s.toml));
  }
  std::vector<std::uint64_t> keep(weir::words(rows_per_batch));
  std::size_t next = 0;
  const weir::testing::taken_calls taken;
  for ([[maybe_unused]] auto _ : state) {
    const weir_buf& from = batches()[next++ % batches().size()];
    weir_buf block = take(from.cap);
    std::memcpy(block.data, from.data, from.cap);
    keep.assign(keep.size(), ~std::uint64_t{0});
    const double begin = thread_seconds();
    for (const auto& p : plugins) p->process(block, keep.data());
    state.SetIterationTime(thread_seconds() - begin);
    put(block);
  }
  taken.report(state, state.iterations() * rows_per_batch);
  state.SetItemsProcessed(state.iterations() * rows_per_batch);
}

// Lines of the same series as the batches have, in the order of their tags.
std::string lines(bool json) {
  std::string text;
  for (std::uint32_t s = 0; s < series; ++s) {
    char line[512];
    const std::uint32_t r = (s * 2654435761U) >> 7U;
    std::snprintf(line, sizeof line,
                  json ? "{\"name\":\"cpu_node\",\"cpu\":\"cpu%02u\",\"dc\":\"eu-west-%u\","
                         "\"host\":\"node-%08u\","
                         "\"job\":\"node_exporter\",\"user\":%.2f,\"load\":%.4f,\"seq\":%u}\n"
                       : "cpu_node,cpu=cpu%02u,dc=eu-west-%u,host=node-%08u,job=node_exporter "
                         "user=%.2f,load=%.4f,seq=%ui\n",
                  (r >> 3U) % 64, r % 9 + 1, s, 10 + r % 8999 / 100.0, 1 + r % 8999 / 10000.0, s);
    text += line;
  }
  return text;
}

void run_parser(benchmark::State& state, const Stage& parser, bool json) {
  Plugin plugin("parsers", parser.name, parser.toml);
  weir::builder row;
  row.raw({}, WEIR_RAW_STREAM);
  weir_buf stream = take(row.bytes());
  row.seal(stream.data);
  const std::string text = lines(json);
  for (int warm = 0; warm < 3; ++warm) plugin.parse(stream, text);
  const weir::testing::taken_calls taken;
  for ([[maybe_unused]] auto _ : state) plugin.parse(stream, text);
  taken.report(state, state.iterations() * series);
  state.SetItemsProcessed(state.iterations() * series);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  put(stream);
}

void run_serializer(benchmark::State& state, const char* name) {
  Plugin plugin("serializers", name, "");
  weir_buf to = take(serialized_max);
  std::vector<std::uint32_t> row_end(rows_per_batch);
  std::size_t next = 0;
  const auto one = [&] {
    weir_buf block = batches()[next++ % batches().size()];
    plugin.serialize(block, to, row_end.data());
  };
  for (std::size_t warm = 0; warm < batches().size(); ++warm) one();
  const weir::testing::taken_calls taken;
  for ([[maybe_unused]] auto _ : state) one();
  taken.report(state, state.iterations() * rows_per_batch);
  state.SetItemsProcessed(state.iterations() * rows_per_batch);
  put(to);
}

// What crossing the border costs: the output that does nothing is given the same block again and again.
void run_call(benchmark::State& state) {
  Plugin plugin("outputs", "discard", "");
  weir_buf block = batches().front();
  for ([[maybe_unused]] auto _ : state) plugin.write(block);
  state.SetItemsProcessed(state.iterations());
}

void run_aggregator(benchmark::State& state, const char* name) {
  Plugin plugin("aggregators", name, "");
  for (weir_buf block : batches()) plugin.aggregate(block);
  std::size_t next = 0;
  const weir::testing::taken_calls taken;
  for ([[maybe_unused]] auto _ : state) {
    weir_buf block = batches()[next++ % batches().size()];
    plugin.aggregate(block);
  }
  taken.report(state, state.iterations() * rows_per_batch);
  state.SetItemsProcessed(state.iterations() * rows_per_batch);
}

// A window of all series: filled once, then pushed.
void run_window(benchmark::State& state, const char* name) {
  Plugin plugin("aggregators", name, "");
  for ([[maybe_unused]] auto _ : state) {
    for (weir_buf block : batches()) plugin.aggregate(block);
    plugin.push();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batches().size()) *
                          rows_per_batch);
}

const std::vector<Stage> others{
    {"strings", "[[uppercase]]\ntag = 'dc'"},
    {"enum",
     "[[mapping]]\ntags = ['dc']\n[mapping.value_mappings]\neu-west-1 = 'a'\neu-west-2 = 'b'"},
    {"date", "tag_key = 'month'\ndate_format = 'Jan'"},
    {"defaults", "[fields]\nmissing = 1"},
    {"tag_limit", "limit = 3\nkeep = ['host']"},
};

void register_formats() {
  benchmark::RegisterBenchmark("parse_influx", run_parser, Stage{"influx", ""}, false);
  benchmark::RegisterBenchmark(
      "parse_json", run_parser,
      Stage{"json", "json_name_key = 'name'\ntag_keys = ['cpu', 'dc', 'host', 'job']"}, true);
  for (const char* name : {"influx", "json"}) {
    benchmark::RegisterBenchmark((std::string("serialize_") + name).c_str(), run_serializer, name);
  }
}

int register_all() {
  benchmark::RegisterBenchmark("call", run_call);
  for (const Stage& s : chain) {
    benchmark::RegisterBenchmark(s.name, run_stages, std::vector<Stage>{s})->UseManualTime();
  }
  for (const Stage& s : others) {
    benchmark::RegisterBenchmark(s.name, run_stages, std::vector<Stage>{s})->UseManualTime();
  }
  benchmark::RegisterBenchmark("chain", run_stages, chain)->UseManualTime();
  register_formats();
  benchmark::RegisterBenchmark(
      "regex_of_1500_values", run_stages,
      std::vector<Stage>{
          {"regex", "[[tags]]\nkey = 'host'\npattern = '^node-(\\d+)$'\nreplacement = 'n${1}'"}})
      ->UseManualTime();
  benchmark::RegisterBenchmark("converter_tag_to_field", run_stages,
                               std::vector<Stage>{{"converter", "[tags]\nstring = ['host']"}})
      ->UseManualTime();
  benchmark::RegisterBenchmark("converter_field_to_tag", run_stages,
                               std::vector<Stage>{{"converter", "[fields]\ntag = ['seq']"}})
      ->UseManualTime();
  for (const char* name : {"minmax", "basicstats"}) {
    benchmark::RegisterBenchmark((std::string(name) + "/known_series").c_str(), run_aggregator,
                                 name);
    benchmark::RegisterBenchmark((std::string(name) + "/whole_window").c_str(), run_window, name);
  }
  return 0;
}
[[maybe_unused]] const int registered = register_all();

}  // namespace

BENCHMARK_MAIN();
