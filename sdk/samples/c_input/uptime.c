/* An input in plain C, built with nothing but weir/abi.h:
 *
 *   cc -std=c11 -shared -fPIC -fvisibility=hidden -I PREFIX/include uptime.c -o inputs/uptime.so
 *
 * It reads /proc/uptime and emits
 *
 *   uptime,origin=c seconds=351735.47,idle=234388.9
 *
 * A C++ plugin gets the builder, the option tables and the function tables from <weir/weir.hpp>; here
 * they are written out, to show all that crosses the border.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weir/abi.h>

/* ---- a batch of one row ----------------------------------------------------------------------------
 * All sizes are known beforehand, so that the block is a struct. Strings are ranges of the blob. */

enum { NAME, TAG_KEY, TAG_VALUE, FIELD_SECONDS, FIELD_IDLE, STRINGS };

typedef struct block {
  weir_batch head;
  weir_row row;
  weir_tag tag;
  weir_field fields[2];
  weir_sref strings[STRINGS];
  char blob[256];
} block;

/* Appends a string to the blob; 0 when there is no room for it. */
static int put_string(block* b, int id, const char* text) {
  const size_t n = strlen(text);
  if (b->head.len_blob + n > sizeof b->blob) return 0;
  memcpy(b->blob + b->head.len_blob, text, n);
  b->strings[id].off = b->head.len_blob;
  b->strings[id].len = (uint32_t)n;
  b->head.len_blob += (uint32_t)n;
  return 1;
}

static void put_field(block* b, uint32_t at, uint32_t key, double value) {
  b->fields[at].key = key;
  b->fields[at].type = WEIR_F64;
  b->fields[at].v.f = value;
}

static void put_sections(weir_batch* head) {
  head->magic = WEIR_BATCH_MAGIC;
  head->version = WEIR_BATCH_VERSION;
  head->hdr_size = sizeof(weir_batch);
  head->signal = WEIR_SIG_METRIC;
  head->n_rows = 1;
  head->n_tags = 1;
  head->n_fields = 2;
  head->n_strs = STRINGS;
  head->off_rows = offsetof(block, row);
  head->off_tags = offsetof(block, tag);
  head->off_fields = offsetof(block, fields);
  head->off_strs = offsetof(block, strings);
  head->off_ext = offsetof(block, blob);
  head->off_blob = offsetof(block, blob);
}

/* Fills the buffer with the whole batch; 0 when the origin is too long for it. */
static int build(block* b, const char* origin, int64_t now_ns, double seconds, double idle) {
  memset(b, 0, sizeof *b);
  put_sections(&b->head);
  b->row.time_ns = now_ns;
  b->row.name = NAME;
  b->row.n_tag = 1;
  b->row.n_field = 2;
  b->row.kind = WEIR_GAUGE;
  b->tag.key = TAG_KEY;
  b->tag.val = TAG_VALUE;
  put_field(b, 0, FIELD_SECONDS, seconds);
  put_field(b, 1, FIELD_IDLE, idle);
  const int fits = put_string(b, NAME, "uptime") && put_string(b, TAG_KEY, "origin") &&
                   put_string(b, FIELD_SECONDS, "seconds") && put_string(b, FIELD_IDLE, "idle") &&
                   put_string(b, TAG_VALUE, origin);
  b->head.total = b->head.off_blob + b->head.len_blob;
  return fits;
}

/* ---- the plugin ------------------------------------------------------------------------------------- */

typedef struct uptime {
  const weir_host* host;
  char origin[128];
} uptime;

static weir_status fail(weir_err* err, weir_status code, const char* path, const char* text) {
  err->code = code;
  err->len = (uint32_t)snprintf(err->msg, sizeof err->msg, "%s", text);
  err->path_len = (uint32_t)snprintf(err->path, sizeof err->path, "%s", path);
  return code;
}

/* The options, in the order of their table; values arrive in the same order. */
static const weir_opt opt_origin = {.size = sizeof(weir_opt),
                                    .type = WEIR_C_STRING,
                                    .name = "origin",
                                    .def = "\"c\"",
                                    .doc = "Value of the tag origin"};
static const weir_opt* const options[] = {&opt_origin, NULL};

static weir_status create(const weir_host* host, const weir_conf* conf, void** self,
                          weir_err* err) {
  const weir_value* value = (const weir_value*)(const void*)conf->base;
  uptime* me = calloc(1, sizeof *me);
  if (me == NULL) return fail(err, WEIR_E_NOMEM, "", "out of memory");
  if (value->n == 0 || value->n >= sizeof me->origin) {
    free(me);
    return fail(err, WEIR_E_CONFIG, "origin", "has to have 1 to 127 bytes");
  }
  me->host = host;
  memcpy(me->origin, conf->base + value->v.off, value->n);
  *self = me;
  return WEIR_OK;
}

static void destroy(void* self) { free(self); }

static weir_status start(void* self, int64_t deadline_ns, weir_err* err) {
  (void)self, (void)deadline_ns, (void)err;
  return WEIR_OK;
}

static weir_status stop(void* self, int64_t deadline_ns, weir_err* err) {
  (void)self, (void)deadline_ns, (void)err;
  return WEIR_OK;
}

static void events(void* self, const weir_event* first, uint32_t bytes) {
  (void)self, (void)first, (void)bytes;
}

static int read_uptime(double* seconds, double* idle) {
  FILE* file = fopen("/proc/uptime", "re");
  if (file == NULL) return 0;
  const int n = fscanf(file, "%lf %lf", seconds, idle);
  fclose(file);
  return n == 2;
}

static weir_status emit(const weir_host* host, weir_buf* buf, uint32_t used) {
  const weir_emit what = {.size = sizeof what, .used = used};
  const weir_status status = host->emit(host->ctx, buf, &what);
  if (status != WEIR_OK) host->buf_put(host->ctx, buf);
  return status;
}

static weir_status gather(void* self, weir_err* err) {
  const uptime* me = self;
  const weir_host* host = me->host;
  double seconds = 0, idle = 0;
  if (!read_uptime(&seconds, &idle)) return fail(err, WEIR_E_RETRY, "", "cannot read /proc/uptime");
  weir_buf buf = {.size = sizeof buf};
  const weir_status got = host->buf_get(host->ctx, 0, sizeof(block), &buf);
  if (got != WEIR_OK) return fail(err, WEIR_E_NOMEM, "", "the agent has no buffer");
  block* b = (block*)(void*)buf.data;
  if (!build(b, me->origin, host->now_ns(host->ctx), seconds, idle)) {
    host->buf_put(host->ctx, &buf);
    return fail(err, WEIR_E_FAIL, "origin", "is too long");
  }
  const weir_status sent = emit(host, &buf, b->head.total);
  return sent == WEIR_OK ? WEIR_OK : fail(err, WEIR_E_FAIL, "", "the agent takes no more batches");
}

/* ---- the tables ------------------------------------------------------------------------------------- */

static const weir_ops ops = {sizeof(weir_ops), 0, create, destroy, start, stop, events, NULL};
static const weir_input_ops input_ops = {sizeof(weir_input_ops), 0, gather};
static const weir_plugin plugin = {.size = sizeof(weir_plugin),
                                   .kind = WEIR_INPUT,
                                   .stability = 2,
                                   .name = "uptime",
                                   .version = "1.0",
                                   .summary = "Time since the machine was started, and idle time",
                                   .doc = "A sample plugin in C",
                                   .opts = options,
                                   .ops = &ops,
                                   .kind_ops = &input_ops};
static const weir_plugin* const plugins[] = {&plugin, NULL};
static const weir_module module = {.size = sizeof(weir_module),
                                   .abi = WEIR_ABI,
                                   .name = "uptime",
                                   .version = "1.0",
                                   .license = "Apache-2.0",
#if defined(__VERSION__)
                                   .built_with = "cc " __VERSION__,
#else
                                   .built_with = "cc",
#endif
                                   .plugins = plugins};

const weir_module* weir_module_v0(void) { return &module; }
