/* weir/abi.h - the whole contract between the Weir agent (the host) and a plugin.
 *
 * Shape      One entry symbol returns static descriptors: module -> plugins -> function tables.
 *            Everything that crosses is plain data or a C function; nothing is linked by name.
 * Lifecycle  weir_module_v0 -> module.init -> create -> start -> (work) -> stop -> destroy.
 *            stop is legal in any state, and twice. Modules are never unloaded.
 * Threads    Every function has a tag:
 *            [life] create, start, stop, destroy: never at the same time as anything else on the instance, but
 *                   that acknowledgements (WEIR_EV_ACK) reach events() while an input's stop waits for them
 *            [work] the kind's functions: one at a time per instance, unless WEIR_CONCURRENT; may block
 *                   only with WEIR_MAY_BLOCK
 *            [loop] events(): must not block; not together with [work] unless WEIR_CONCURRENT
 *            [own]  threads that the plugin made (WEIR_OWN_THREADS); joined in stop
 *            [any]  from any thread, until stop returns
 * Ownership  Who allocates frees. A weir_str, a weir_delivery and what they point to are borrowed for
 *            the call. Descriptors live as long as the module.
 * Errors     A negative weir_status plus text in the caller's weir_err. No exception may cross.
 * Growth     Every struct that crosses by pointer begins with its size. Members are only appended;
 *            a reader checks with WEIR_HAS before it uses what an older peer may lack.
 * Units      Times are nanoseconds since the Unix epoch, durations nanoseconds, sizes bytes.
 * Text       UTF-8 with explicit length; descriptor strings are NUL-terminated.
 *
 * C11, C++11 and later; no other headers than the two below.
 */
#ifndef WEIR_ABI_H
#define WEIR_ABI_H
#include <stddef.h>
#include <stdint.h>

#define WEIR_ABI_MAJOR 0u /* 1 at the freeze; until then the host demands the same major and minor */
#ifndef WEIR_TARGET_MINOR /* the lowest host minor the plugin wants to run on */
#define WEIR_TARGET_MINOR 0u
#endif
#define WEIR_ABI ((WEIR_ABI_MAJOR << 16) | WEIR_TARGET_MINOR)
#define WEIR_ENTRY_SYMBOL "weir_module_v0"

/* True when the struct at p was made by a side that knows member m, and m is set. */
#define WEIR_HAS(p, T, m) ((p)->size >= offsetof(T, m) + sizeof((p)->m) && (p)->m != 0)

#ifdef __cplusplus
extern "C" {
#endif

/* ---- 1. status and errors ------------------------------------------------------------------- */

/* An open set: an unknown value counts as WEIR_E_FAIL. The negative values say what to do next. */
typedef int32_t weir_status;
enum {
  WEIR_OK = 0,
  WEIR_ASYNC = 1,          /* accepted; complete() follows */
  WEIR_WOULD_BLOCK = 2,    /* no room now; nothing was consumed; WEIR_EV_RESUME follows */
  WEIR_CLOSED = 3,         /* shutting down; stop producing */
  WEIR_PASS = 4,           /* processor: forward the batch unchanged */
  WEIR_DROP = 5,           /* processor: drop every selected row */
  WEIR_FILTER = 6,         /* processor: keep the rows whose bit is still set in keep */
  WEIR_E_FAIL = -1,        /* this batch will always fail: dead letter */
  WEIR_E_RETRY = -2,       /* try the same again later */
  WEIR_E_CONFIG = -3,      /* the configuration is wrong: stop trying and say so */
  WEIR_E_UNSUPPORTED = -4, /* this host or plugin cannot do it */
  WEIR_E_NOMEM = -5,       /* no memory within the budget */
  WEIR_E_TIMEOUT = -6,     /* the deadline passed */
  WEIR_E_PANIC = -7,       /* a bug in the plugin was caught at the border */
  WEIR_E_SPLIT = -8        /* one record in it is bad: offer smaller pieces */
};

/* Owned by the caller, filled by the callee; both texts are cut UTF-8 safe to their arrays. */
typedef struct weir_err {
  uint32_t size;
  weir_status code;
  int64_t retry_after_ns; /* with WEIR_E_RETRY: not before; 0 = the host's own back-off */
  uint32_t len;           /* bytes used in msg */
  uint32_t path_len;      /* bytes used in path */
  char msg[384];
  char path[104]; /* the option it is about, "rules[2].pattern"; the host adds file and line */
} weir_err;

/* Text that is lent, not NUL-terminated. */
typedef struct weir_str {
  const char *ptr;
  uint64_t len;
} weir_str;

/* ---- 2. batch: one contiguous, position-independent block ------------------------------------ */
/*
 * header | rows | tags | fields | strs | ext | blob     in this order, every section 8-aligned;
 * offsets from the first byte of the block; a section's capacity ends where the next one begins, and
 * the blob's at the buffer's capacity. Native byte order (the magic tells). No pointers.
 *
 * Invariants (a reader may rely on them; the host checks batches of foreign modules):
 *  1. every id and range is inside its section;
 *  2. a row's tags are sorted by key bytes, each key once;
 *  3. two rows' tag ranges are the same range or do not overlap; field ranges never overlap;
 *  4. a row's field keys are distinct; a metric row has at least one field;
 *  5. the string table may hold one string twice: compare text, not ids, across tables.
 */
#define WEIR_BATCH_MAGIC 0x52494557u /* "WEIR", little endian */
#define WEIR_BATCH_VERSION 0u
#define WEIR_BATCH_BYTES_MAX (4u << 20) /* default cap of one batch; larger input is split by its maker */
#define WEIR_NO_ID 0xffffffffu          /* a string id that names nothing */

enum { WEIR_SIG_METRIC = 1, WEIR_SIG_RAW = 2, WEIR_SIG_LOG = 3, WEIR_SIG_SPAN = 4 };

typedef struct weir_batch { /* 64 bytes, 64-aligned */
  uint32_t magic, total;    /* total: bytes from the header to the end of the blob */
  uint16_t hdr_size, version, signal, flags;
  uint32_t n_rows, n_tags, n_fields, n_strs;
  uint32_t off_rows, off_tags, off_fields, off_strs;
  uint32_t off_blob, len_blob, off_ext, n_ext;
} weir_batch;

enum { WEIR_UNTYPED = 0, WEIR_COUNTER = 1, WEIR_GAUGE = 2, WEIR_HISTOGRAM = 3, WEIR_SUMMARY = 4 };

/* Kinds of a raw row. record: whole records, one or many in one message. document: one document that
 * cannot be cut. stream: a piece of a byte stream whose cuts mean nothing; the host carries the rest of
 * an unfinished record over to the next piece of the same session. */
enum { WEIR_RAW_RECORD = 1, WEIR_RAW_DOCUMENT = 2, WEIR_RAW_STREAM = 3 };
/* Row flags, raw. LAST: the session ends with this row; nothing is carried over. TIME: the message's metrics get
 * the row's time, also where they have one of their own. */
enum { WEIR_ROW_LAST = 1, WEIR_ROW_TIME = 2 };

typedef struct weir_row { /* 32 bytes */
  int64_t time_ns;
  uint32_t name;            /* string id; raw: what the message's metrics are called whatever they say, or WEIR_NO_ID */
  uint32_t tag0, field0;    /* first tag, first field */
  uint16_t n_tag, n_field;  /* raw: first a WEIR_STRING with the message, key WEIR_NO_ID; then fields for its metrics */
  uint8_t kind, flags;      /* metric: WEIR_UNTYPED...; raw: WEIR_RAW_... */
  uint16_t rsv0;
  uint32_t ext;             /* raw: session, one per file or connection; metric: 0 */
} weir_row;

typedef struct weir_tag { /* 8 bytes, two string ids */
  uint32_t key, val;
} weir_tag;

enum { WEIR_I64 = 1, WEIR_U64 = 2, WEIR_F64 = 3, WEIR_BOOL = 4, WEIR_STRING = 5 };

typedef struct weir_field { /* 16 bytes */
  uint32_t key;             /* string id */
  uint8_t type, flags;
  uint16_t rsv;
  union {
    int64_t i;
    uint64_t u;   /* also BOOL: 0 or 1 */
    double f;
    uint64_t str; /* STRING: offset into the blob in the low 32 bits, length in the high 32 bits */
  } v;
} weir_field;

typedef struct weir_sref { /* one string of the table: a range of the blob */
  uint32_t off, len;
} weir_sref;

/* SOURCE: where the rows came from, a weir_source and behind it the name of the stream. The blob has no alignment: copy it.
 * HEADROOM: of a raw block with one row. Its len bytes mean nothing and end where the row's message begins:
 * whoever owns the block may put what was carried over there and let the message begin that much earlier. */
enum { WEIR_X_SOURCE = 1, WEIR_X_HEADROOM = 2 };
typedef struct weir_ext { /* an optional section: len bytes of the blob from off; an unknown id is skipped */
  uint32_t id, off, len, rsv;
} weir_ext;

/* A piece of a source that counts its records, such as a partition of a topic. */
typedef struct weir_source { /* 32 bytes, then stream_len bytes of UTF-8 */
  uint32_t size, partition;
  int64_t first, next; /* number of the first record, and of the one behind the last */
  uint32_t stream_len, rsv;
} weir_source;

/* ---- 3. what the host offers ----------------------------------------------------------------- */

/* A buffer of the host's budget. data is 64-aligned. */
typedef struct weir_buf {
  uint32_t size, flags;
  uint64_t id;
  uint8_t *data;
  uint64_t cap;
} weir_buf;

/* Emit flags for raw rows. PARSED: WEIR_EV_PARSED is wanted for the cookie instead of WEIR_EV_ACK; with ACKED both are,
 * in any order. */
enum { WEIR_EMIT_PARSED = 1, WEIR_EMIT_ACKED = 2 };
/* What a buffer holds and where its rows go. */
typedef struct weir_emit {
  uint32_t size, used;     /* used: bytes of the batch in the buffer */
  uint32_t port, lane;     /* port: 0; lane: the ordered stream it belongs to */
  uint64_t cookie;         /* not 0: one WEIR_EV_ACK is wanted, or what flags say */
  const uint64_t *parents; /* delivery ids this batch was made from */
  uint32_t n_parents, flags;
} weir_emit;

typedef struct weir_result { /* how an asynchronous delivery ended */
  uint32_t size;
  weir_status status;
  int64_t retry_after_ns;
  const uint32_t *rejected; /* row indices of the block that the peer refused */
  uint32_t n_rejected, rsv;
  weir_str reason;
} weir_result;

/* A detail beside a log message. */
typedef struct weir_kv {
  weir_str key, val;
} weir_kv;

typedef struct weir_bad { /* records that could not be read, beside the good ones */
  uint32_t size, count;   /* count: how many records this report stands for, at least 1 */
  uint64_t offset;        /* byte in the message */
  uint32_t line, col;     /* 1-based; 0 = unknown */
  weir_str reason, excerpt;
} weir_bad;

enum { WEIR_LOG_ERROR = 1, WEIR_LOG_WARN = 2, WEIR_LOG_INFO = 3, WEIR_LOG_DEBUG = 4, WEIR_LOG_TRACE = 5 };

typedef struct weir_host { /* one per instance, valid until destroy returns */
  uint32_t size, abi;
  void *ctx;
  uint64_t *slots; /* self-metrics in the order of their declaration; atomic adds only */
  int32_t (*log_on)(void *ctx, int32_t level);                                              /* [any] */
  void (*log)(void *ctx, int32_t level, weir_str msg, const weir_kv *kv, uint32_t n);       /* [any] */
  int64_t (*now_ns)(void *ctx);                                                             /* [any] wall clock */
  /* Credit is taken with the buffer. Inside process, edit, add, push and parse, and for the first batch of a
   * gather, buf_get does not say WOULD_BLOCK (the host bounds what it hands in). */
  weir_status (*buf_get)(void *ctx, uint32_t lane, uint64_t min, weir_buf *out);            /* [any] OK, WOULD_BLOCK, E_NOMEM */
  weir_status (*buf_wait)(void *ctx, uint32_t lane, uint64_t min, weir_buf *out, int64_t timeout_ns); /* [own], MAY_BLOCK [work]; OK, E_TIMEOUT, CLOSED, E_NOMEM */
  void (*buf_put)(void *ctx, weir_buf *buf);                                                /* [any] give back unused */
  weir_status (*emit)(void *ctx, weir_buf *buf, const weir_emit *what);                     /* [any] never blocks; takes buf on OK */
  void (*retain)(void *ctx, uint64_t batch_id);                                             /* [any] keep a delivered batch */
  void (*release)(void *ctx, uint64_t batch_id);                                            /* [any] */
  void (*complete)(void *ctx, uint64_t delivery, const weir_result *result);                /* [any] ends an ASYNC delivery */
  void (*hold)(void *ctx, uint64_t delivery);                                               /* [work] rows are kept; complete() follows */
  void (*report)(void *ctx, uint64_t delivery, const weir_bad *bad);                        /* [any] delivery 0: an input of its own */
  void (*lane_close)(void *ctx, uint32_t lane);                                             /* [any] the lane's last emit was made */
  void (*post)(void *ctx, uint64_t cookie);                                                 /* [any] -> WEIR_EV_POST on [loop] */
  const void *(*extension)(void *ctx, const char *id);                                      /* [life] NULL if unknown */
} weir_host;

/* ---- 4. notifications: an array of size-prefixed records --------------------------------------- */

typedef struct weir_event { /* the next one begins at this one + size, rounded up to 8 */
  uint32_t size;
  uint16_t type, flags;
} weir_event;
enum {
  WEIR_EV_RESUME = 1,   /* weir_ev_u64: value = lane that has room again */
  WEIR_EV_ACK = 2,      /* weir_ev_ack */
  WEIR_EV_POST = 3,     /* weir_ev_u64: value = cookie of post() */
  WEIR_EV_TIMER = 4,    /* weir_ev_u64: value = timer id */
  WEIR_EV_FD = 5,       /* weir_ev_u64: value = watch id, aux = mask */
  WEIR_EV_STOPPING = 6, /* weir_event, inputs: stop() comes soon; during a gather only with WEIR_CONCURRENT */
  WEIR_EV_LANE_PURGED = 7,
  WEIR_EV_IDLE = 8,     /* weir_event, parsers: nothing came for a while; give back memory that work makes again */
  WEIR_EV_PARSED = 9    /* weir_ev_parsed */
};
typedef struct weir_ev_ack {
  weir_event h;
  uint64_t cookie;
  weir_status status;
  uint32_t rsv;
} weir_ev_ack;
/* The parser is done with a batch, or (WEIR_CLOSED) never will be. What it carries over to the next piece of a
 * stream counts with that piece. */
typedef struct weir_ev_parsed {
  weir_event h;
  uint64_t cookie;
  weir_status status;
  uint32_t rsv;
  uint64_t metrics, bad; /* that it made; records that could not be read */
  weir_str reason;       /* the first of those, and its place; borrowed for the call */
} weir_ev_parsed;
typedef struct weir_ev_u64 {
  weir_event h;
  uint64_t value, aux;
} weir_ev_u64;

/* ---- 5. configuration -------------------------------------------------------------------------- */

enum {
  WEIR_C_STRING = 1,
  WEIR_C_INT = 2,
  WEIR_C_FLOAT = 3,
  WEIR_C_BOOL = 4,
  WEIR_C_DURATION = 5, /* arrives as int64 nanoseconds */
  WEIR_C_SIZE = 6,     /* arrives as int64 bytes */
  WEIR_C_SECRET = 7,   /* arrives as a handle for weir.secrets/1 */
  WEIR_C_ENUM = 8,     /* arrives as string */
  WEIR_C_TABLE = 9,    /* children; arrives as values in schema order of the children */
  WEIR_C_ANY = 10      /* any scalar, its own type in weir_value.type */
};
enum {
  WEIR_CF_REQUIRED = 1,
  WEIR_CF_LIST = 2, /* an array of the type */
  WEIR_CF_MAP = 4,  /* a table of any keys with values of the type; with LIST: of lists of it */
  WEIR_CF_RELOAD = 8,
  WEIR_CF_ADVANCED = 16,
  WEIR_CF_DEPRECATED = 32,
  WEIR_CF_DESTINATION = 128, /* of an output: says where the data go (topic, database), not how to get there */
  WEIR_CF_WORDS = 64 /* strings with LIST: an item may be a list of words; it comes as one, each quoted as for a shell */
};

/* One option of the schema, or one member of a table. */
typedef struct weir_opt {
  uint32_t size;
  uint16_t type, flags;
  const char *name, *def, *range, *doc, *since; /* def, range in TOML literal syntax: "\"10s\"", "1..65535" */
  const char *const *choices;                   /* of an ENUM */
  const struct weir_opt *children;              /* of a TABLE; contiguous */
  uint32_t n_choices, n_children;
  const char *const *aliases; /* deprecated spellings, NULL-terminated, or NULL */
} weir_opt;

enum { WEIR_VF_SET = 1, WEIR_VF_LIST = 2, WEIR_VF_MAP = 4 };
/* type is the option's (for ANY that of the scalar: STRING, INT, FLOAT, BOOL); 0 = not written and no default.
 * Of a list or map, type is that of its items. INT, BOOL, DURATION, SIZE and SECRET are in v.i, FLOAT in v.f.
 * Offsets count from weir_conf.base. A string has n bytes at v.off and a NUL behind them. A list, a map
 * and a table have n values at v.off; a map's values carry their keys. */
typedef struct weir_value { /* 32 bytes */
  uint16_t type, flags;
  uint32_t n;
  uint32_t key;       /* offset of a NUL-terminated key, 0 where it has none */
  uint32_t line, col; /* where it stands, 0 = default */
  uint32_t key_len;
  union {
    int64_t i;
    double f;
    uint64_t off;
  } v;
} weir_value;

typedef struct weir_conf { /* base -> weir_value[n] in schema order, then what they refer to */
  uint32_t size, n;
  const uint8_t *base;
  uint64_t bytes;
} weir_conf;

/* ---- 6. what the plugin offers ------------------------------------------------------------------ */

enum {
  WEIR_D_DOCUMENT = 1, /* serializer: one document of all rows, not one piece per row */
  WEIR_D_LAST = 2,     /* stream: nothing follows, the unfinished rest is the last record */
  WEIR_D_MORE = 4      /* parser: the next call comes at once with more of the same message; rows may wait for it */
};
/* Some rows of a batch. A consumer sees only the rows in [row0, row0 + n_rows) whose bit is set in mask
 * (bit r is row r of the block; NULL = all). Bit i of keep and entry i of row_end are row row0 + i. */
typedef struct weir_delivery {
  uint32_t size, attempt;
  uint64_t id, batch_id, session;
  const weir_batch *batch;
  const uint64_t *mask;
  uint32_t row0, n_rows, lane, flags;
  weir_str raw;            /* parser: the bytes of a stream; output with WEIR_WANTS_BYTES: serialized rows */
  weir_str content_type;
  const uint32_t *row_end; /* end of each row's bytes in raw; NULL when raw is one document */
} weir_delivery;

typedef struct weir_ops { /* every kind */
  uint32_t size, rsv;
  weir_status (*create)(const weir_host *host, const weir_conf *conf, void **self, weir_err *err); /* [life] no I/O, no threads */
  void (*destroy)(void *self);                                                                    /* [life] */
  weir_status (*start)(void *self, int64_t deadline_ns, weir_err *err);                           /* [life] may block; may be retried */
  weir_status (*stop)(void *self, int64_t deadline_ns, weir_err *err);                            /* [life] join what was started; deadline by the steady clock */
  void (*events)(void *self, const weir_event *first, uint32_t bytes);                            /* [loop] */
  const void *(*extension)(void *self, const char *id);                                           /* [life] */
} weir_ops;

/* What an input does. */
typedef struct weir_input_ops {
  uint32_t size, rsv;
  weir_status (*gather)(void *self, weir_err *err); /* [work]; absent = service input */
} weir_input_ops;

/* What a processor does: one of the two. */
typedef struct weir_processor_ops {
  uint32_t size, rsv;
  weir_status (*process)(void *self, const weir_delivery *in, uint64_t *keep, weir_err *err); /* [work] keep: preset to ones */
  /* [work] with WEIR_MUTATES instead of process: inout is exclusively the plugin's for the call, with slack
   * behind tags, fields, strs and blob, and may be exchanged for a larger one. OK, FILTER or an error. */
  weir_status (*edit)(void *self, weir_buf *inout, const weir_delivery *in, uint64_t *keep, weir_err *err);
} weir_processor_ops;

/* What an aggregator does. */
typedef struct weir_aggregator_ops {
  uint32_t size, rsv;
  weir_status (*add)(void *self, const weir_delivery *in, weir_err *err); /* [work] */
  weir_status (*push)(void *self, weir_err *err);                         /* [work] emit the window's aggregates */
  void (*reset)(void *self);                                              /* [work] begin a new window */
} weir_aggregator_ops;

/* What an output does. */
typedef struct weir_output_ops {
  uint32_t size, rsv;
  weir_status (*write)(void *self, const weir_delivery *in, weir_err *err); /* [work] OK, ASYNC, E_RETRY, E_SPLIT, E_CONFIG, E_FAIL */
} weir_output_ops;

/* What a parser does. */
typedef struct weir_parser_ops {
  uint32_t size, rsv;
  /* [work] raw rows of one kind. Stream: one row, whose bytes (with what was carried over) are in raw->raw;
   * consumed: bytes that need not be offered again, up to the begin of an unfinished record. Records and
   * documents: any number of rows, each with its own bytes in its field; consumed is not used. A record that
   * cannot be read is reported, the others are emitted. */
  weir_status (*parse)(void *self, const weir_delivery *raw, uint64_t *consumed, weir_err *err);
} weir_parser_ops;

/* What a serializer does. */
typedef struct weir_serializer_ops {
  uint32_t size, rsv;
  /* [work] fills out (may exchange it for a larger one). row_end: n_rows entries to fill, or NULL with
   * WEIR_D_DOCUMENT. A row that cannot be written takes no bytes and is reported. */
  weir_status (*serialize)(void *self, const weir_delivery *in, weir_buf *out, uint64_t *used, uint32_t *row_end,
                           weir_err *err);
} weir_serializer_ops;

enum {
  WEIR_INPUT = 1,
  WEIR_PROCESSOR = 2,
  WEIR_AGGREGATOR = 3,
  WEIR_OUTPUT = 4,
  WEIR_PARSER = 5,
  WEIR_SERIALIZER = 6
};
enum {
  WEIR_MAY_BLOCK = 1,    /* its [work] may wait for disk, network or a child: runs on the blocking pool */
  WEIR_CONCURRENT = 2,   /* its [work] may run in parallel with itself */
  WEIR_OWN_THREADS = 4,  /* it starts threads in start and joins them in stop */
  WEIR_MUTATES = 8,      /* processor: implements edit */
  WEIR_EMITS_RAW = 16,   /* input: takes data_format and emits raw batches */
  WEIR_WANTS_BYTES = 32, /* output: takes data_format and receives serialized rows */
  WEIR_HOLDS_ACKS = 64,  /* keeps rows beyond its call and completes them later */
  WEIR_GATHERS_TWICE = 256, /* input: the first gather only primes it; a single run gathers twice, 0.5 s apart */
  WEIR_CUTS_STREAM = 128, /* parser: finds record borders in a stream itself; else the host cuts at line ends */
  WEIR_CUTS_LINES = 512,  /* parser: cuts a stream at line ends as the host would; documents it wants whole */
  WEIR_ROWS_ALONE = 1024, /* serializer: a row's bytes depend on nothing but the row and the options */
  WEIR_KEEPS_SESSIONS = 2048 /* parser: what it read of a stream, or of a lane's records, counts for what follows:
                                one instance gets it all, and a call with WEIR_D_LAST when a stream ends */
};

typedef struct weir_metric_decl { /* a self-metric, slots[i] */
  uint32_t size, type;            /* WEIR_COUNTER or WEIR_GAUGE */
  const char *name, *unit, *doc;
} weir_metric_decl;

/* The static description of one plugin. */
typedef struct weir_plugin {
  uint32_t size;
  uint16_t kind, stability; /* stability: 0 alpha, 1 beta, 2 stable */
  uint32_t flags, max_in_flight;
  const char *name, *version, *summary, *doc;
  const weir_opt *const *opts; /* NULL-terminated arrays of pointers, or NULL */
  const weir_metric_decl *const *metrics;
  const char *const *needs; /* extension ids; a leading '?' marks an optional one */
  const weir_ops *ops;
  const void *kind_ops;
} weir_plugin;

enum { WEIR_MOD_OWN_PROCESS = 1, WEIR_MOD_UNLOADABLE = 2 };
/* The static description of a shared object. */
typedef struct weir_module {
  uint32_t size, abi, flags, rsv;
  const char *name, *version, *license, *built_with;
  const weir_plugin *const *plugins; /* NULL-terminated */
  weir_status (*init)(weir_err *err); /* [life] optional, once */
  void (*fini)(void);                 /* [life] optional, at exit */
} weir_module;

/* ---- 7. extensions of the host (weir_host.extension) ---------------------------------------------- */

/* Listening sockets belong to the host, so that a reload never closes one. address as in Telegraf:
 * tcp://host:port, tcp4, tcp6, udp, udp4, udp6, unix://path, unixgram://path. The descriptor is bound (and
 * listening), non-blocking, close-on-exec; the plugin accepts or receives and must not close it. */
#define WEIR_EXT_LISTEN "weir.listen/1"
typedef struct weir_listen_opts {
  uint32_t size, socket_mode; /* socket_mode: of a unix socket, 0 = default */
  int64_t read_buffer_bytes;  /* SO_RCVBUF, 0 = the system's */
  int32_t backlog, reuse_port;
  weir_str interface_name; /* of multicast, or empty */
} weir_listen_opts;
typedef struct weir_listen_v1 {
  uint32_t size, rsv;
  weir_status (*open)(void *ctx, weir_str address, const weir_listen_opts *opts, int32_t *fd, weir_err *err); /* [life] */
  void (*close)(void *ctx, int32_t fd); /* [life] the instance no longer needs it */
} weir_listen_v1;

/* Memory that an instance keeps beyond a call (series state, memos). A refusal means: evict. */
#define WEIR_EXT_BUDGET "weir.budget/1"
typedef struct weir_budget_v1 {
  uint32_t size, rsv;
  weir_status (*charge)(void *ctx, int64_t bytes); /* [any] negative gives back; OK or E_NOMEM */
  int64_t (*share_bytes)(void *ctx);               /* [any] what libraries of this instance may hold */
} weir_budget_v1;

/* The value of a WEIR_C_SECRET. Copies at most cap bytes; *len is the whole length. */
#define WEIR_EXT_SECRETS "weir.secrets/1"
typedef struct weir_secrets_v1 {
  uint32_t size, rsv;
  weir_status (*get)(void *ctx, uint64_t handle, char *out, uint64_t cap, uint64_t *len); /* [any] */
} weir_secrets_v1;

/* How an output with WEIR_WANTS_BYTES wants its rows: each on its own (default) or as one document. */
#define WEIR_EXT_FORMAT "weir.format/1"
typedef struct weir_format_v1 {
  uint32_t size, rsv;
  void (*set_document)(void *ctx, int32_t on); /* [life] in create */
} weir_format_v1;

/* What becomes of the raw rows of an input with WEIR_EMITS_RAW. */
#define WEIR_EXT_RAW "weir.raw/1"
typedef struct weir_raw_v1 {
  uint32_t size, rsv;
  int32_t (*cuts_stream)(void *ctx); /* [life] 1: the instance's parser finds record borders in a stream itself */
} weir_raw_v1;

/* The agent's own counters as a metric batch, for inputs.internal. */
#define WEIR_EXT_SELF "weir.self/1"
typedef struct weir_self_v1 {
  uint32_t size, rsv;
  weir_status (*snapshot)(void *ctx, int32_t per_instance, weir_buf *out, uint32_t *used); /* [work] the plugin emits or puts out */
} weir_self_v1;

#if defined(_WIN32)
#define WEIR_EXPORT __declspec(dllexport)
#else
#define WEIR_EXPORT __attribute__((visibility("default"), used))
#endif
#ifndef WEIR_NO_ENTRY_PROTOTYPE /* for languages that cannot spell const */
WEIR_EXPORT const weir_module *weir_module_v0(void);
#endif

#ifdef __cplusplus
}
#endif
#endif
