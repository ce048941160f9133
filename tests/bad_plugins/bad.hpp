#pragma once

// What all bad plugins share: the option `how`, "FUNCTION FAULT", and the faults that any function can have.
//
// Written against the C contract: the C++ kit would catch most of it before the host sees it.

#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include <weir/abi.h>

namespace bad {

struct Self {
  const weir_host* host;
  std::string how;
  int calls{0};

  [[nodiscard]] bool does(std::string_view function, std::string_view fault) const {
    return how == std::string(function) + " " + std::string(fault);
  }
};
inline Self& of(void* self) { return *static_cast<Self*>(self); }

[[noreturn]] inline void hang() {
  for (;;) pause();
}

// An answer that the contract does not know, with lengths beyond every array.
inline weir_status nonsense(Self& self, weir_err* err) {
  err->len = 0xffffffffU;
  err->path_len = 0xffffffffU;
  err->retry_after_ns = -1;
  return ++self.calls % 2 == 0 ? 4711 : -4711;
}

// The fault of this function, if it is meant; else WEIR_OK.
inline weir_status commit(Self& self, std::string_view function, weir_err* err) {
  if (self.does(function, "throws")) throw std::runtime_error("nobody catches this");
  if (self.does(function, "throws a number")) throw 42;
  if (self.does(function, "hangs")) hang();
  if (self.does(function, "says nonsense")) return nonsense(self, err);
  return WEIR_OK;
}

inline weir_status create(const weir_host* host, const weir_conf* conf, void** self,
                          weir_err* err) {
  const auto* value = reinterpret_cast<const weir_value*>(conf->base);
  const char* text = reinterpret_cast<const char*>(conf->base) + value->v.off;
  Self made{host, std::string(text, value->n)};
  const weir_status status = commit(made, "create", err);
  if (status == WEIR_OK) *self = new Self(made);
  return status;
}
inline void destroy(void* self) {
  const bool throws = of(self).does("destroy", "throws");
  delete static_cast<Self*>(self);
  if (throws) throw std::runtime_error("nobody catches this");
}
inline weir_status start(void* self, std::int64_t, weir_err* err) {
  return commit(of(self), "start", err);
}
inline weir_status stop(void* self, std::int64_t, weir_err* err) {
  return commit(of(self), "stop", err);
}
inline void events(void* self, const weir_event*, std::uint32_t) {
  weir_err unused{};
  static_cast<void>(commit(of(self), "events", &unused));
}

inline constexpr weir_ops ops{sizeof(weir_ops), 0, create, destroy, start, stop, events, nullptr};
inline constexpr weir_opt how{sizeof(weir_opt), WEIR_C_STRING, 0,       "how",   "\"\"", nullptr,
                              "What is broken", nullptr,       nullptr, nullptr, 0,      0,
                              nullptr};
inline constexpr const weir_opt* options[] = {&how, nullptr};

template <typename KindOps>
constexpr weir_plugin plugin_of(std::uint16_t kind, const char* name, std::uint32_t flags,
                                const KindOps& kind_ops) {
  return {sizeof(weir_plugin),   kind,    0,       flags,   1,       name, "1",
          "Breaks the contract", nullptr, options, nullptr, nullptr, &ops, &kind_ops};
}
constexpr weir_module module_of(const weir_plugin* const* plugins) {
  return {sizeof(weir_module), WEIR_ABI, 0,       0,      "bad", "1", "MIT",
          "by hand",           plugins,  nullptr, nullptr};
}

}  // namespace bad
