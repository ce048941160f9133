// What a row costs in processors and aggregators, driven through their C tables as modules.
//
// Rows: 4 tags, 5 fields, 10,000 series one after the other in batches of 1,500, so that every row of a batch has
// a tag range of its own. Making the batch anew for each round is not in the times, which are those of the thread, so
// that a busy machine does not show.
//
//   plugins_bench --benchmark_filter=chain

#include <dlfcn.h>

#include <cstdlib>
#include <ctime>
#include <memory>
#include <stdexcept>

#include <benchmark/benchmark.h>

#include <weir/testing/config.hpp>
#include <weir/weir.hpp>

namespace {

constexpr std::uint32_t rows_per_batch = 1500;
constexpr std::uint32_t series = 10000;

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
    if (descriptor_->ops->create(host_.table(), config_->get(), &self_, &err) < 0) {
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
  state.SetItemsProcessed(state.iterations() * rows_per_batch);
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
  std::size_t next = 0;
  for ([[maybe_unused]] auto _ : state) {
    weir_buf block = batches()[next++ % batches().size()];
    plugin.aggregate(block);
  }
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

int register_all() {
  benchmark::RegisterBenchmark("call", run_call);
  for (const Stage& s : chain) {
    benchmark::RegisterBenchmark(s.name, run_stages, std::vector<Stage>{s})->UseManualTime();
  }
  benchmark::RegisterBenchmark("chain", run_stages, chain)->UseManualTime();
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
