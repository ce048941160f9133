/* Modules that break one rule each, chosen by the macro CASE_...; CASE_good breaks none. */
#include <signal.h>
#include <unistd.h>

#include <string.h>

#include <weir/abi.h>

static weir_status create(const weir_host* host, const weir_conf* conf, void** self,
                          weir_err* err) {
  (void)host, (void)conf, (void)err;
  static int one;
  *self = &one;
  return WEIR_OK;
}
static void destroy(void* self) { (void)self; }
static weir_status life(void* self, int64_t deadline_ns, weir_err* err) {
  (void)self, (void)deadline_ns, (void)err;
  return WEIR_OK;
}
static weir_status gather(void* self, weir_err* err) {
  (void)self, (void)err;
  return WEIR_OK;
}

static const weir_ops ops = {sizeof(weir_ops), 0, create, destroy, life, life, 0, 0};
static const weir_input_ops input_ops = {sizeof(weir_input_ops), 0, gather};

static const char* const colors[] = {"red", "green"};
static const weir_opt children[] = {
    {.size = sizeof(weir_opt), .type = WEIR_C_INT, .name = "count", .def = "3"}};
static const weir_opt opt_color = {.size = sizeof(weir_opt),
                                   .type = WEIR_C_ENUM,
                                   .name = "color",
                                   .def = "\"red\"",
                                   .choices = colors,
                                   .n_choices = 2};
static const weir_opt opt_rules = {.size = sizeof(weir_opt),
                                   .type = WEIR_C_TABLE,
                                   .flags = WEIR_CF_LIST,
                                   .name = "rules",
                                   .children = children,
                                   .n_children = 1};
static const weir_opt opt_timeout = {.size = sizeof(weir_opt),
                                     .type = WEIR_C_DURATION,
                                     .name = "timeout",
#if defined(CASE_bad_default)
                                     .def = "\"soon\""
#else
                                     .def = "\"5s\""
#endif
};
static const weir_opt* const opts[] = {&opt_color, &opt_rules, &opt_timeout, 0};

static const char* const needs[] = {"?weir.unheard/1",
#if defined(CASE_needs_more)
                                    "weir.telepathy/1",
#endif
                                    0};

/* NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): fini() writes into it */
static char summary[] = "in use     ";

#if defined(CASE_huge_size)
#define PLUGIN_SIZE 0xffffffffu
#else
#define PLUGIN_SIZE sizeof(weir_plugin)
#endif
static const weir_plugin plugin = {
    .size = PLUGIN_SIZE,
    .kind = WEIR_INPUT,
#if defined(CASE_other_name)
    .name = "somebody_else",
#else
    .name = "thing",
#endif
    .version = "1",
    .summary = summary,
    .opts = opts,
    .needs = needs,
#if !defined(CASE_no_ops)
    .ops = &ops,
#endif
#if !defined(CASE_no_kind_ops)
    .kind_ops = &input_ops,
#endif
};
/* The same module also holds a second plugin. */
static const weir_plugin second = {.size = sizeof(weir_plugin),
                                   .kind = WEIR_INPUT,
                                   .name = "second",
                                   .version = "1",
                                   .summary = "another one",
                                   .ops = &ops,
                                   .kind_ops = &input_ops};
static const weir_plugin* const plugins[] = {&second, &plugin, 0};
#if defined(CASE_no_plugins)
#define PLUGINS (plugins + 2)
#elif defined(CASE_other_name)
#define PLUGINS (plugins + 1)
#else
#define PLUGINS plugins
#endif

static weir_status init(weir_err* err) {
  (void)err;
#if defined(CASE_init_fails)
  err->len = (uint32_t)strlen(strcpy(err->msg, "the library is too old"));
  return WEIR_E_FAIL;
#else
  return WEIR_OK;
#endif
}
/* Overwrites the start of a longer text. */
/* NOLINTNEXTLINE(bugprone-not-null-*,clang-analyzer-security.*): both lengths are known */
static void fini(void) { memcpy(summary, "finished", 8); }

#if defined(CASE_wrong_abi)
#define MODULE_ABI 7u
#else
#define MODULE_ABI WEIR_ABI
#endif
#if defined(CASE_small_size)
#define MODULE_SIZE 8u
#else
#define MODULE_SIZE sizeof(weir_module)
#endif
#if defined(CASE_own_process)
#define MODULE_FLAGS WEIR_MOD_OWN_PROCESS
#else
#define MODULE_FLAGS 0
#endif
static const weir_module module = {MODULE_SIZE, MODULE_ABI, MODULE_FLAGS, 0,    "thing", "1",
                                   "none",      "cc 99.1",  PLUGINS,      init, fini};

#if defined(CASE_constructor_hangs) || defined(CASE_constructor_crashes) || \
    defined(CASE_constructor_exits)
__attribute__((constructor)) static void begin(void) {
#if defined(CASE_constructor_hangs)
  for (;;) pause();
#elif defined(CASE_constructor_crashes)
  raise(SIGABRT);
#else
  _exit(3);
#endif
}
#endif

#if defined(CASE_extra_export)
int helper(void);
int helper(void) { return 1; }
#endif

#if defined(CASE_no_symbol)
const weir_module* weir_modul(void);
const weir_module* weir_modul(void) { return &module; }
#elif defined(CASE_other_contract)
const weir_module* weir_module_v9(void);
const weir_module* weir_module_v9(void) { return &module; }
#elif defined(CASE_null_module)
const weir_module* weir_module_v0(void) { return (void)&module, (const weir_module*)0; }
#else
const weir_module* weir_module_v0(void) { return &module; }
#endif
