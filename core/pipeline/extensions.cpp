#include "core/pipeline/extensions.hpp"

#include <weir/batch.hpp>
#include <weir/validate.hpp>

#include "core/pipeline/self_metrics.hpp"
#include "core/pipeline/sockets.hpp"

namespace weir::pipeline {
namespace {

Instance& of(void* ctx) { return *static_cast<Instance*>(ctx); }

weir_status listen_open(void* ctx, weir_str address, const weir_listen_opts* opts, std::int32_t* fd,
                        weir_err* err) {
  const auto opened = of(ctx).services().sockets.open(std::string(view(address)), *opts, ctx);
  if (opened.ok()) {
    *fd = opened.value();
    return WEIR_OK;
  }
  const bool config = opened.error().kind == ErrorKind::bad_config;
  return fill(err, config ? WEIR_E_CONFIG : WEIR_E_RETRY, opened.error().message);
}
void listen_close(void* ctx, std::int32_t fd) { of(ctx).services().sockets.close(fd); }

weir_status budget_charge(void* ctx, std::int64_t bytes) {
  queue::Budget& budget = of(ctx).services().budget;
  if (bytes <= 0) return budget.give_back(-bytes), WEIR_OK;
  return budget.charge(bytes, queue::Budget::Use::input) ? WEIR_OK : WEIR_E_NOMEM;
}
// A library inside a plugin may hold an eighth of the budget: enough for a few full batches.
std::int64_t budget_share(void* ctx) { return of(ctx).services().budget.limit_bytes() / 8; }

weir_status secret_get(void* ctx, std::uint64_t handle, char* out, std::uint64_t cap,
                       std::uint64_t* len) {
  const auto& secrets = of(ctx).spec().options->secrets;
  if (handle >= secrets.size()) return WEIR_E_FAIL;
  const std::string& text = secrets[handle];
  *len = text.size();
  if (cap != 0) text.copy(out, cap);
  return WEIR_OK;
}

void format_set_document(void* ctx, std::int32_t on) { of(ctx).calls().set_document(on != 0); }
std::int32_t raw_cuts_stream(void* ctx) { return of(ctx).calls().cuts_stream() ? 1 : 0; }

weir_status self_snapshot(void* ctx, std::int32_t per_instance, weir_buf* out,
                          std::uint32_t* used) {
  Instance& me = of(ctx);
  builder rows;
  rows.set_now(me.services().clock.wall_ns());
  write_self_metrics(me.services().ledger, per_instance != 0, rows);
  const weir_status got = me.calls().buf_get(0, rows.bytes(), *out);
  if (got == WEIR_OK) *used = rows.seal(out->data);
  return got;
}

constexpr weir_listen_v1 listen_table{sizeof(weir_listen_v1), 0, listen_open, listen_close};
constexpr weir_budget_v1 budget_table{sizeof(weir_budget_v1), 0, budget_charge, budget_share};
constexpr weir_secrets_v1 secrets_table{sizeof(weir_secrets_v1), 0, secret_get};
constexpr weir_format_v1 format_table{sizeof(weir_format_v1), 0, format_set_document};
constexpr weir_raw_v1 raw_table{sizeof(weir_raw_v1), 0, raw_cuts_stream};
constexpr weir_self_v1 self_table{sizeof(weir_self_v1), 0, self_snapshot};

struct Known {
  const char* id;
  const void* table;
};
constexpr Known known[] = {{WEIR_EXT_LISTEN, &listen_table},   {WEIR_EXT_BUDGET, &budget_table},
                           {WEIR_EXT_SECRETS, &secrets_table}, {WEIR_EXT_FORMAT, &format_table},
                           {WEIR_EXT_RAW, &raw_table},         {WEIR_EXT_SELF, &self_table}};

}  // namespace

const void* find_extension(Instance&, const char* id) {
  for (const Known& k : known) {
    if (std::strcmp(k.id, id) == 0) return k.table;
  }
  return nullptr;
}

const std::vector<std::string>& known_extensions() {
  static const std::vector<std::string> ids = [] {
    std::vector<std::string> all;
    for (const Known& k : known) all.emplace_back(k.id);
    return all;
  }();
  return ids;
}

const char* deep_fault(const weir_buf& buf, const weir_emit& what) {
  return validate(buf.data, what.used);
}

void retain_batch(std::uint64_t batch_id) {
  queue::BlockRef kept = queue::BlockRef::share(batch_id);
  std::move(kept).to_buf();  // The reference stays behind; release_batch() takes it.
}

void release_batch(std::uint64_t batch_id) {
  weir_buf buf{sizeof(weir_buf), 0, batch_id, nullptr, 0};
  queue::BlockRef::adopt(buf);
}

}  // namespace weir::pipeline
