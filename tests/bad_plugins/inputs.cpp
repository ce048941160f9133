// An input whose gather gives the host everything but a good batch, and one good row behind it.
#include <cmath>
#include <cstring>
#include <limits>

#include <weir/builder.hpp>

#include "tests/bad_plugins/bad.hpp"

namespace {

using bad::Self;

// Any bytes, the same in each run.
void fill_with_noise(const weir_buf& buf, unsigned seed) {
  std::uint32_t x = seed * 2654435761U + 1;
  for (std::uint64_t i = 0; i < buf.cap; ++i) {
    x = x * 1664525U + 1013904223U;
    buf.data[i] = static_cast<std::uint8_t>(x >> 24U);
  }
}

weir_status send(Self& self, weir_buf& buf, std::uint32_t used) {
  weir_emit what{};
  what.size = sizeof what;
  what.used = used;
  const weir_status taken = self.host->emit(self.host->ctx, &buf, &what);
  if (taken != WEIR_OK) self.host->buf_put(self.host->ctx, &buf);
  return taken;
}

weir_buf buffer(Self& self, std::uint64_t bytes) {
  weir_buf buf{};
  buf.size = sizeof buf;
  self.host->buf_get(self.host->ctx, 0, bytes, &buf);
  return buf;
}

// Seals the rows and lets f spoil the batch before it is sent.
template <typename F>
void send_spoiled(Self& self, weir::builder& rows, F&& f) {
  weir_buf buf = buffer(self, rows.bytes());
  if (buf.data == nullptr) return;
  std::uint32_t used = rows.seal(buf.data);
  f(buf, *reinterpret_cast<weir_batch*>(buf.data), used);
  send(self, buf, used);
}

void add_row(Self& self, weir::builder& rows) {
  rows.set_now(self.host->now_ns(self.host->ctx));
  rows.metric("bad").tag("t", "v").field("n", std::int64_t{1});
}

void emit_noise(Self& self) {
  weir_buf buf = buffer(self, 4096);
  if (buf.data == nullptr) return;
  fill_with_noise(buf, static_cast<unsigned>(++self.calls));
  send(self, buf, static_cast<std::uint32_t>(buf.cap));
}

void lie_in_size(Self& self) {
  for (const int lie : {0, 1, 2, 3, 4, 5}) {
    weir::builder rows;
    add_row(self, rows);
    send_spoiled(self, rows, [lie](weir_buf& buf, weir_batch& head, std::uint32_t& used) {
      if (lie == 0) used = 0xffffffffU;
      if (lie == 1) used = 1;
      if (lie == 2) head.total = 0xfffffff0U;
      if (lie == 3) head.n_rows = 0xffffffffU;
      if (lie == 4) head.off_blob = head.total * 2;
      if (lie != 5) return;
      buf.cap = std::uint64_t{1} << 40U;
      head.total = used = 1U << 30U;
    });
  }
}

void emit_raw(Self& self) {
  weir::builder rows;
  rows.raw("a v=1\n", WEIR_RAW_RECORD);
  send_spoiled(self, rows, [](weir_buf&, weir_batch&, std::uint32_t&) {});
}

// Bytes that the host never gave.
void emit_own_buffer(Self& self) {
  weir::builder rows;
  add_row(self, rows);
  alignas(64) static std::uint8_t own[65536];
  weir_buf buf{sizeof(weir_buf), 0, 0, own, sizeof own};
  send(self, buf, rows.seal(own));
}

void emit_strange_values(Self& self) {
  using Limits = std::numeric_limits<double>;
  weir::builder rows;
  rows.set_now(self.host->now_ns(self.host->ctx));
  for (const double v : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity()}) {
    rows.metric("number").field("v", v).field("n", std::int64_t{1});
  }
  rows.metric("only_nan").field("v", Limits::quiet_NaN());
  const std::string_view bytes("\xff\xfe\xc3(\0\n\x7f", 7);
  rows.metric("text").tag("t", bytes).tag(bytes, "v").field("v", bytes).field(bytes, true);
  rows.metric(bytes).field("n", std::int64_t{1});
  rows.metric("").field("n", std::int64_t{1});
  rows.metric("extreme").time(std::numeric_limits<std::int64_t>::min()).field("v", Limits::max());
  rows.metric("extreme").time(std::numeric_limits<std::int64_t>::max()).field("v", Limits::min());
  send_spoiled(self, rows, [](weir_buf&, weir_batch&, std::uint32_t&) {});
}

void emit_good_row(Self& self) {
  weir::builder rows;
  rows.set_now(self.host->now_ns(self.host->ctx));
  rows.metric("good").field("n", std::int64_t{1});
  send_spoiled(self, rows, [](weir_buf&, weir_batch&, std::uint32_t&) {});
}

weir_status gather(void* me, weir_err* err) {
  Self& self = bad::of(me);
  const weir_status status = bad::commit(self, "gather", err);
  if (status != WEIR_OK) return status;
  if (self.does("gather", "emits noise")) emit_noise(self);
  if (self.does("gather", "lies in size")) lie_in_size(self);
  if (self.does("gather", "emits raw")) emit_raw(self);
  if (self.does("gather", "emits its own buffer")) emit_own_buffer(self);
  if (self.does("gather", "emits strange values")) emit_strange_values(self);
  emit_good_row(self);
  return WEIR_OK;
}

constexpr weir_input_ops input_ops{sizeof(weir_input_ops), 0, gather};
constexpr weir_plugin plugin = bad::plugin_of(WEIR_INPUT, "bad", 0, input_ops);
constexpr const weir_plugin* plugins[] = {&plugin, nullptr};
constexpr weir_module module = bad::module_of(plugins);

}  // namespace

const weir_module* weir_module_v0(void) { return &module; }
