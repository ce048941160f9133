#include "core/pipeline/instance.hpp"

#include <algorithm>

#include <weir/batch.hpp>

#include "core/pipeline/extensions.hpp"

namespace weir::pipeline {
namespace {

Instance& of(void* ctx) { return *static_cast<Instance*>(ctx); }

LogLevel level_of(std::int32_t level) {
  if (level <= WEIR_LOG_ERROR) return LogLevel::error;
  return level >= WEIR_LOG_TRACE ? LogLevel::trace : static_cast<LogLevel>(level);
}

std::int32_t host_log_on(void* ctx, std::int32_t level) {
  return of(ctx).log().on(level_of(level)) ? 1 : 0;
}

void host_log(void* ctx, std::int32_t level, weir_str msg, const weir_kv* kv, std::uint32_t n) {
  Logger::Pairs pairs;
  for (std::uint32_t i = 0; i < n; ++i) pairs.emplace_back(view(kv[i].key), view(kv[i].val));
  of(ctx).log().write(level_of(level), view(msg), pairs);
}

std::int64_t host_now(void* ctx) { return of(ctx).services().clock.wall_ns(); }

weir_status host_buf_get(void* ctx, std::uint32_t lane, std::uint64_t min, weir_buf* out) {
  return of(ctx).calls().buf_get(lane, min, *out);
}
weir_status host_buf_wait(void* ctx, std::uint32_t lane, std::uint64_t min, weir_buf* out,
                          std::int64_t timeout_ns) {
  return of(ctx).calls().buf_wait(lane, min, *out, timeout_ns);
}
void host_buf_put(void*, weir_buf* buf) {
  if (buf->id != 0) queue::BlockRef::adopt(*buf);
}

// The cheapest lies are always caught; the whole batch is checked where its module is foreign.
const char* batch_fault(const Instance& from, const weir_buf& buf, const weir_emit& what) {
  if (buf.id == 0 || buf.data == nullptr) return "a buffer that the agent did not give";
  const queue::Block& block = queue::Block::of(buf.id);
  if (buf.data != block.data()) return "a buffer that the agent did not give";
  if (what.used < sizeof(weir_batch) || what.used > block.cap_bytes()) {
    return "a size beyond its buffer";
  }
  const auto* head = block.batch();
  if (head->magic != WEIR_BATCH_MAGIC || head->total > what.used) return "bytes that are no batch";
  if (head->signal != WEIR_SIG_METRIC && !from.has(WEIR_EMITS_RAW)) {
    return "raw rows, which nobody is there to parse";
  }
  return from.trusted() ? nullptr : deep_fault(buf, what);
}

weir_status host_emit(void* ctx, weir_buf* buf, const weir_emit* what) {
  Instance& from = of(ctx);
  if (const char* fault = batch_fault(from, *buf, *what)) {
    from.node().created += 1;
    from.node().drop(metrics::Drop::invalid_batch, 1);
    from.log().error(std::string("the plugin emitted an invalid batch (") + fault +
                     "): it was dropped; this is a bug of the plugin, run weir-check on it");
    return WEIR_E_FAIL;
  }
  return from.calls().emit(*buf, *what);
}

void host_retain(void*, std::uint64_t batch_id) { retain_batch(batch_id); }
void host_release(void*, std::uint64_t batch_id) { release_batch(batch_id); }
void host_complete(void* ctx, std::uint64_t delivery, const weir_result* result) {
  of(ctx).calls().complete(delivery, *result);
}
void host_hold(void*, std::uint64_t) {}
void host_report(void* ctx, std::uint64_t delivery, const weir_bad* bad) {
  of(ctx).calls().report(delivery, *bad);
}
void host_lane_close(void* ctx, std::uint32_t lane) { of(ctx).calls().lane_close(lane); }

// events() runs on a worker, never inside the call that asked for it.
void host_post(void* ctx, std::uint64_t cookie) {
  Instance& to = of(ctx);
  to.services().workers.post(to.tasks().wrap([&to, cookie] {
    const weir_ev_u64 event{{sizeof(weir_ev_u64), WEIR_EV_POST, 0}, cookie, 0};
    to.notify(event.h);
  }));
}
const void* host_extension(void* ctx, const char* id) { return find_extension(of(ctx), id); }

// Whatever a peer or a plugin says, an output is tried again once a day.
constexpr std::int64_t retry_after_max_ns = 24 * 3600 * std::int64_t{1'000'000'000};

weir_status unknown_status(weir_status status, weir_err& err) {
  return fill(&err, WEIR_E_FAIL,
              "the plugin answered with status " + std::to_string(status) +
                  ", which means nothing here; this is a bug of the plugin, run weir-check on it");
}

std::string source_name(const std::string& section, const std::string& name,
                        const std::string& alias) {
  return section + "." + name + (alias.empty() ? "" : "::" + alias);
}

}  // namespace

Logger logger_of(const std::string& section, const config::PluginSettings& settings) {
  return Logger(source_name(section, settings.name, settings.alias), settings.log_level);
}

weir_status HostCalls::buf_get(std::uint32_t, std::uint64_t min, weir_buf& out) {
  auto block = queue::BlockRef::make(budget_, min, queue::Budget::Use::forced);
  if (!block) return WEIR_E_NOMEM;
  out = std::move(block).to_buf();
  return WEIR_OK;
}

weir_status HostCalls::buf_wait(std::uint32_t lane, std::uint64_t min, weir_buf& out,
                                std::int64_t) {
  return buf_get(lane, min, out);
}

Instance::Instance(const Services& services, Spec spec, HostCalls& calls)
    : services_(services),
      spec_(std::move(spec)),
      log_(source_name(spec_.kind, spec_.name, spec_.alias), spec_.log_level),
      calls_(calls),
      node_(spec_.node != nullptr
                ? *spec_.node
                : services.ledger.lend(spec_.kind, spec_.name, spec_.alias, spec_.id)),
      trusted_(!services.trusted || services.trusted(spec_.descriptor)) {
  node_.users += 1;
  fill_host();
}

void Instance::fill_host() {
  std::uint64_t* const slots = node_.own(spec_.descriptor->metrics).slots();
  host_ = weir_host{sizeof(weir_host), WEIR_ABI,        this,         slots,         host_log_on,
                    host_log,          host_now,        host_buf_get, host_buf_wait, host_buf_put,
                    host_emit,         host_retain,     host_release, host_complete, host_hold,
                    host_report,       host_lane_close, host_post,    host_extension};
}

std::unique_ptr<Instance> Instance::create(const Services& services, Spec spec, HostCalls& calls,
                                           Refusal& why) {
  std::unique_ptr<Instance> made(new Instance(services, std::move(spec), calls));
  weir_err err = make_err();
  const weir_conf conf = made->spec_.options->conf();
  const weir_status status = made->work("create", err, [&](void*) {
    return made->spec_.descriptor->ops->create(&made->host_, &conf, &made->self_, &err);
  });
  if (status == WEIR_OK) return made;
  why = {status, describe(status, err), std::string(path_of(err))};
  made->self_ = nullptr;
  return nullptr;
}

Instance::~Instance() {
  close_tasks();
  node_.users -= 1;
  if (self_ == nullptr || abandoned_) return;
  weir_err err = make_err();
  const weir_status status = work("destroy", err, [&](void* self) {
    return spec_.descriptor->ops->destroy(self), weir_status{WEIR_OK};
  });
  if (status < 0) log_failure("destroy", status, err);
}

weir_status Instance::start(std::int64_t deadline_ns, weir_err& err) {
  node_.condition = metrics::Condition::starting;
  const weir_status status = at_most(
      WEIR_OK,
      work("start", err,
           [&](void* self) { return spec_.descriptor->ops->start(self, deadline_ns, &err); }),
      err);
  node_.condition = status >= 0               ? metrics::Condition::running
                    : status == WEIR_E_CONFIG ? metrics::Condition::refused
                                              : metrics::Condition::retrying;
  if (status >= 0) node_.started = true;
  return status;
}

weir_status Instance::stop(std::int64_t deadline_ns, weir_err& err) {
  node_.condition = metrics::Condition::stopped;
  return work("stop", err,
              [&](void* self) { return spec_.descriptor->ops->stop(self, deadline_ns, &err); });
}

void Instance::notify(const weir_event& event) {
  if (spec_.descriptor->ops->events == nullptr || self_ == nullptr) return;
  weir_err err = make_err();
  const weir_status status = guard(&err, [&] {
    return spec_.descriptor->ops->events(self_, &event, event.size), weir_status{WEIR_OK};
  });
  if (status < 0) log_failure("events", status, err);
}

void Instance::enter(const char* what) {
  watch_.what.store(what, std::memory_order_relaxed);
  watch_.reported.store(false, std::memory_order_relaxed);
  watch_.since_ns.store(services_.clock.steady_ns(), std::memory_order_release);
}

void Instance::leave() {
  watch_.since_ns.store(0, std::memory_order_release);
  if (watch_.reported.load(std::memory_order_relaxed)) node_.hangs = false;
}

// The plugin filled err: its lengths are taken for true from here on.
weir_status Instance::judge(weir_status status, weir_err& err) {
  err.len = std::min<std::uint32_t>(err.len, sizeof err.msg);
  err.path_len = std::min<std::uint32_t>(err.path_len, sizeof err.path);
  err.retry_after_ns = std::clamp<std::int64_t>(err.retry_after_ns, 0, retry_after_max_ns);
  return status < WEIR_E_SPLIT ? unknown_status(status, err) : at_most(WEIR_FILTER, status, err);
}

void Instance::log_failure(const char* what, weir_status status, const weir_err& err) const {
  std::string text = std::string(what) + " failed: " + describe(status, err);
  log_.error(text);
  node_.fail(std::move(text), services_.clock.wall_ns());
}

std::string kind_label(std::uint16_t kind) {
  switch (kind) {
    case WEIR_INPUT: return "inputs";
    case WEIR_PROCESSOR: return "processors";
    case WEIR_AGGREGATOR: return "aggregators";
    case WEIR_OUTPUT: return "outputs";
    case WEIR_PARSER: return "parsers";
    case WEIR_SERIALIZER: return "serializers";
    default: return {};
  }
}

weir_status at_most(weir_status most, weir_status status, weir_err& err) {
  return status > most ? unknown_status(status, err) : status;
}

std::string describe(weir_status status, const weir_err& err) {
  if (err.len != 0 && status == WEIR_E_PANIC) {
    return "a bug in the plugin was caught: " + std::string(message_of(err));
  }
  if (err.len != 0) return std::string(message_of(err));
  switch (status) {
    case WEIR_E_RETRY: return "not possible now, will be tried again";
    case WEIR_E_CONFIG: return "the configuration is wrong";
    case WEIR_E_UNSUPPORTED: return "not supported";
    case WEIR_E_NOMEM: return "no memory within the budget ([weir] memory_limit)";
    case WEIR_E_TIMEOUT: return "timed out";
    case WEIR_E_PANIC: return "a bug in the plugin was caught";
    case WEIR_E_SPLIT: return "a record in the batch is bad";
    default: return "status " + std::to_string(status) + " without a reason";
  }
}

}  // namespace weir::pipeline
