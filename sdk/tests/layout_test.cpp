#include <gtest/gtest.h>

#include <weir/abi.h>

// Goal: nobody changes what peers of other builds rely on. Members may be appended (new lines here, and the
// size grows); a line that has to be changed is a break of the contract.

namespace {

#define SIZE(type, bytes) static_assert(sizeof(type) == (bytes), "size of " #type)
#define AT(type, member, offset) \
  static_assert(offsetof(type, member) == (offset), #type "." #member)
#define VALUE(name, number) static_assert((name) == (number), #name)

// clang-format off
SIZE(weir_err, 512); AT(weir_err, size, 0); AT(weir_err, code, 4); AT(weir_err, retry_after_ns, 8);
AT(weir_err, len, 16); AT(weir_err, path_len, 20); AT(weir_err, msg, 24); AT(weir_err, path, 408);
SIZE(weir_str, 16); AT(weir_str, ptr, 0); AT(weir_str, len, 8);
SIZE(weir_batch, 64); AT(weir_batch, magic, 0); AT(weir_batch, total, 4);
AT(weir_batch, hdr_size, 8); AT(weir_batch, version, 10); AT(weir_batch, signal, 12);
AT(weir_batch, flags, 14); AT(weir_batch, n_rows, 16); AT(weir_batch, n_tags, 20);
AT(weir_batch, n_fields, 24); AT(weir_batch, n_strs, 28); AT(weir_batch, off_rows, 32);
AT(weir_batch, off_tags, 36); AT(weir_batch, off_fields, 40); AT(weir_batch, off_strs, 44);
AT(weir_batch, off_blob, 48); AT(weir_batch, len_blob, 52); AT(weir_batch, off_ext, 56);
AT(weir_batch, n_ext, 60);
SIZE(weir_row, 32); AT(weir_row, time_ns, 0); AT(weir_row, name, 8); AT(weir_row, tag0, 12);
AT(weir_row, field0, 16); AT(weir_row, n_tag, 20); AT(weir_row, n_field, 22);
AT(weir_row, kind, 24); AT(weir_row, flags, 25); AT(weir_row, rsv0, 26); AT(weir_row, ext, 28);
SIZE(weir_tag, 8); AT(weir_tag, key, 0); AT(weir_tag, val, 4);
SIZE(weir_field, 16); AT(weir_field, key, 0); AT(weir_field, type, 4); AT(weir_field, flags, 5);
AT(weir_field, rsv, 6); AT(weir_field, v, 8);
SIZE(weir_sref, 8); AT(weir_sref, off, 0); AT(weir_sref, len, 4);
SIZE(weir_ext, 16); AT(weir_ext, id, 0); AT(weir_ext, off, 4); AT(weir_ext, len, 8);
AT(weir_ext, rsv, 12);
SIZE(weir_buf, 32); AT(weir_buf, size, 0); AT(weir_buf, flags, 4); AT(weir_buf, id, 8);
AT(weir_buf, data, 16); AT(weir_buf, cap, 24);
SIZE(weir_emit, 40); AT(weir_emit, size, 0); AT(weir_emit, used, 4); AT(weir_emit, port, 8);
AT(weir_emit, lane, 12); AT(weir_emit, cookie, 16); AT(weir_emit, parents, 24);
AT(weir_emit, n_parents, 32); AT(weir_emit, flags, 36);
SIZE(weir_result, 48); AT(weir_result, size, 0); AT(weir_result, status, 4);
AT(weir_result, retry_after_ns, 8); AT(weir_result, rejected, 16); AT(weir_result, n_rejected, 24);
AT(weir_result, rsv, 28); AT(weir_result, reason, 32);
SIZE(weir_kv, 32); AT(weir_kv, key, 0); AT(weir_kv, val, 16);
SIZE(weir_bad, 56); AT(weir_bad, size, 0); AT(weir_bad, count, 4); AT(weir_bad, offset, 8);
AT(weir_bad, line, 16); AT(weir_bad, col, 20); AT(weir_bad, reason, 24); AT(weir_bad, excerpt, 40);
SIZE(weir_host, 144); AT(weir_host, size, 0); AT(weir_host, abi, 4); AT(weir_host, ctx, 8);
AT(weir_host, slots, 16); AT(weir_host, log_on, 24); AT(weir_host, log, 32);
AT(weir_host, now_ns, 40); AT(weir_host, buf_get, 48); AT(weir_host, buf_wait, 56);
AT(weir_host, buf_put, 64); AT(weir_host, emit, 72); AT(weir_host, retain, 80);
AT(weir_host, release, 88); AT(weir_host, complete, 96); AT(weir_host, hold, 104);
AT(weir_host, report, 112); AT(weir_host, lane_close, 120); AT(weir_host, post, 128);
AT(weir_host, extension, 136);
SIZE(weir_event, 8); AT(weir_event, size, 0); AT(weir_event, type, 4); AT(weir_event, flags, 6);
SIZE(weir_ev_ack, 24); AT(weir_ev_ack, h, 0); AT(weir_ev_ack, cookie, 8);
AT(weir_ev_ack, status, 16); AT(weir_ev_ack, rsv, 20);
SIZE(weir_ev_parsed, 56); AT(weir_ev_parsed, h, 0); AT(weir_ev_parsed, cookie, 8);
AT(weir_ev_parsed, status, 16); AT(weir_ev_parsed, rsv, 20); AT(weir_ev_parsed, metrics, 24);
AT(weir_ev_parsed, bad, 32); AT(weir_ev_parsed, reason, 40);
SIZE(weir_ev_u64, 24); AT(weir_ev_u64, h, 0); AT(weir_ev_u64, value, 8); AT(weir_ev_u64, aux, 16);
SIZE(weir_opt, 80); AT(weir_opt, size, 0); AT(weir_opt, type, 4); AT(weir_opt, flags, 6);
AT(weir_opt, name, 8); AT(weir_opt, def, 16); AT(weir_opt, range, 24); AT(weir_opt, doc, 32);
AT(weir_opt, since, 40); AT(weir_opt, choices, 48); AT(weir_opt, children, 56);
AT(weir_opt, n_choices, 64); AT(weir_opt, n_children, 68); AT(weir_opt, aliases, 72);
SIZE(weir_value, 32); AT(weir_value, type, 0); AT(weir_value, flags, 2); AT(weir_value, n, 4);
AT(weir_value, key, 8); AT(weir_value, line, 12); AT(weir_value, col, 16);
AT(weir_value, key_len, 20); AT(weir_value, v, 24);
SIZE(weir_conf, 24); AT(weir_conf, size, 0); AT(weir_conf, n, 4); AT(weir_conf, base, 8);
AT(weir_conf, bytes, 16);
SIZE(weir_delivery, 104); AT(weir_delivery, size, 0); AT(weir_delivery, attempt, 4);
AT(weir_delivery, id, 8); AT(weir_delivery, batch_id, 16); AT(weir_delivery, session, 24);
AT(weir_delivery, batch, 32); AT(weir_delivery, mask, 40); AT(weir_delivery, row0, 48);
AT(weir_delivery, n_rows, 52); AT(weir_delivery, lane, 56); AT(weir_delivery, flags, 60);
AT(weir_delivery, raw, 64); AT(weir_delivery, content_type, 80); AT(weir_delivery, row_end, 96);
SIZE(weir_ops, 56); AT(weir_ops, size, 0); AT(weir_ops, rsv, 4); AT(weir_ops, create, 8);
AT(weir_ops, destroy, 16); AT(weir_ops, start, 24); AT(weir_ops, stop, 32);
AT(weir_ops, events, 40); AT(weir_ops, extension, 48);
SIZE(weir_input_ops, 16); AT(weir_input_ops, size, 0); AT(weir_input_ops, rsv, 4);
AT(weir_input_ops, gather, 8);
SIZE(weir_processor_ops, 24); AT(weir_processor_ops, size, 0); AT(weir_processor_ops, rsv, 4);
AT(weir_processor_ops, process, 8); AT(weir_processor_ops, edit, 16);
SIZE(weir_aggregator_ops, 32); AT(weir_aggregator_ops, size, 0); AT(weir_aggregator_ops, rsv, 4);
AT(weir_aggregator_ops, add, 8); AT(weir_aggregator_ops, push, 16);
AT(weir_aggregator_ops, reset, 24);
SIZE(weir_output_ops, 16); AT(weir_output_ops, size, 0); AT(weir_output_ops, rsv, 4);
AT(weir_output_ops, write, 8);
SIZE(weir_parser_ops, 16); AT(weir_parser_ops, size, 0); AT(weir_parser_ops, rsv, 4);
AT(weir_parser_ops, parse, 8);
SIZE(weir_serializer_ops, 16); AT(weir_serializer_ops, size, 0); AT(weir_serializer_ops, rsv, 4);
AT(weir_serializer_ops, serialize, 8);
SIZE(weir_metric_decl, 32); AT(weir_metric_decl, size, 0); AT(weir_metric_decl, type, 4);
AT(weir_metric_decl, name, 8); AT(weir_metric_decl, unit, 16); AT(weir_metric_decl, doc, 24);
SIZE(weir_plugin, 88); AT(weir_plugin, size, 0); AT(weir_plugin, kind, 4);
AT(weir_plugin, stability, 6); AT(weir_plugin, flags, 8); AT(weir_plugin, max_in_flight, 12);
AT(weir_plugin, name, 16); AT(weir_plugin, version, 24); AT(weir_plugin, summary, 32);
AT(weir_plugin, doc, 40); AT(weir_plugin, opts, 48); AT(weir_plugin, metrics, 56);
AT(weir_plugin, needs, 64); AT(weir_plugin, ops, 72); AT(weir_plugin, kind_ops, 80);
SIZE(weir_module, 72); AT(weir_module, size, 0); AT(weir_module, abi, 4);
AT(weir_module, flags, 8); AT(weir_module, rsv, 12); AT(weir_module, name, 16);
AT(weir_module, version, 24); AT(weir_module, license, 32); AT(weir_module, built_with, 40);
AT(weir_module, plugins, 48); AT(weir_module, init, 56); AT(weir_module, fini, 64);
SIZE(weir_source, 32); AT(weir_source, size, 0); AT(weir_source, partition, 4);
AT(weir_source, first, 8); AT(weir_source, next, 16); AT(weir_source, stream_len, 24);
AT(weir_source, rsv, 28);
SIZE(weir_listen_opts, 40); AT(weir_listen_opts, size, 0); AT(weir_listen_opts, socket_mode, 4);
AT(weir_listen_opts, read_buffer_bytes, 8); AT(weir_listen_opts, backlog, 16);
AT(weir_listen_opts, reuse_port, 20); AT(weir_listen_opts, interface_name, 24);
SIZE(weir_listen_v1, 24); AT(weir_listen_v1, size, 0); AT(weir_listen_v1, rsv, 4);
AT(weir_listen_v1, open, 8); AT(weir_listen_v1, close, 16);
SIZE(weir_budget_v1, 24); AT(weir_budget_v1, size, 0); AT(weir_budget_v1, rsv, 4);
AT(weir_budget_v1, charge, 8); AT(weir_budget_v1, share_bytes, 16);
SIZE(weir_secrets_v1, 16); AT(weir_secrets_v1, size, 0); AT(weir_secrets_v1, rsv, 4);
AT(weir_secrets_v1, get, 8);
SIZE(weir_format_v1, 16); AT(weir_format_v1, size, 0); AT(weir_format_v1, rsv, 4);
AT(weir_format_v1, set_document, 8);
SIZE(weir_raw_v1, 16); AT(weir_raw_v1, size, 0); AT(weir_raw_v1, rsv, 4);
AT(weir_raw_v1, cuts_stream, 8);
SIZE(weir_self_v1, 16); AT(weir_self_v1, size, 0); AT(weir_self_v1, rsv, 4);
AT(weir_self_v1, snapshot, 8);

VALUE(WEIR_OK, 0); VALUE(WEIR_ASYNC, 1); VALUE(WEIR_WOULD_BLOCK, 2); VALUE(WEIR_CLOSED, 3);
VALUE(WEIR_PASS, 4); VALUE(WEIR_DROP, 5); VALUE(WEIR_FILTER, 6); VALUE(WEIR_E_FAIL, -1);
VALUE(WEIR_E_RETRY, -2); VALUE(WEIR_E_CONFIG, -3); VALUE(WEIR_E_UNSUPPORTED, -4);
VALUE(WEIR_E_NOMEM, -5); VALUE(WEIR_E_TIMEOUT, -6); VALUE(WEIR_E_PANIC, -7);
VALUE(WEIR_E_SPLIT, -8); VALUE(WEIR_SIG_METRIC, 1); VALUE(WEIR_SIG_RAW, 2); VALUE(WEIR_SIG_LOG, 3);
VALUE(WEIR_SIG_SPAN, 4); VALUE(WEIR_UNTYPED, 0); VALUE(WEIR_COUNTER, 1); VALUE(WEIR_GAUGE, 2);
VALUE(WEIR_HISTOGRAM, 3); VALUE(WEIR_SUMMARY, 4); VALUE(WEIR_RAW_RECORD, 1);
VALUE(WEIR_RAW_DOCUMENT, 2); VALUE(WEIR_RAW_STREAM, 3); VALUE(WEIR_ROW_LAST, 1); VALUE(WEIR_ROW_TIME, 2);
VALUE(WEIR_I64, 1); VALUE(WEIR_U64, 2); VALUE(WEIR_F64, 3); VALUE(WEIR_BOOL, 4);
VALUE(WEIR_STRING, 5); VALUE(WEIR_X_SOURCE, 1); VALUE(WEIR_X_HEADROOM, 2);
VALUE(WEIR_LOG_ERROR, 1); VALUE(WEIR_LOG_WARN, 2); VALUE(WEIR_LOG_INFO, 3);
VALUE(WEIR_LOG_DEBUG, 4); VALUE(WEIR_LOG_TRACE, 5); VALUE(WEIR_EV_RESUME, 1);
VALUE(WEIR_EV_ACK, 2); VALUE(WEIR_EV_POST, 3); VALUE(WEIR_EV_TIMER, 4); VALUE(WEIR_EV_FD, 5);
VALUE(WEIR_EV_STOPPING, 6); VALUE(WEIR_EV_LANE_PURGED, 7); VALUE(WEIR_EV_IDLE, 8); VALUE(WEIR_C_STRING, 1);
VALUE(WEIR_C_INT, 2); VALUE(WEIR_C_FLOAT, 3); VALUE(WEIR_C_BOOL, 4); VALUE(WEIR_C_DURATION, 5);
VALUE(WEIR_C_SIZE, 6); VALUE(WEIR_C_SECRET, 7); VALUE(WEIR_C_ENUM, 8); VALUE(WEIR_C_TABLE, 9);
VALUE(WEIR_C_ANY, 10); VALUE(WEIR_CF_REQUIRED, 1); VALUE(WEIR_CF_LIST, 2); VALUE(WEIR_CF_MAP, 4);
VALUE(WEIR_CF_RELOAD, 8); VALUE(WEIR_CF_ADVANCED, 16); VALUE(WEIR_CF_DEPRECATED, 32); VALUE(WEIR_CF_WORDS, 64);
VALUE(WEIR_CF_DESTINATION, 128);
VALUE(WEIR_VF_SET, 1); VALUE(WEIR_VF_LIST, 2); VALUE(WEIR_VF_MAP, 4); VALUE(WEIR_D_DOCUMENT, 1);
VALUE(WEIR_D_LAST, 2); VALUE(WEIR_INPUT, 1); VALUE(WEIR_PROCESSOR, 2); VALUE(WEIR_AGGREGATOR, 3);
VALUE(WEIR_OUTPUT, 4); VALUE(WEIR_PARSER, 5); VALUE(WEIR_SERIALIZER, 6); VALUE(WEIR_MAY_BLOCK, 1);
VALUE(WEIR_CONCURRENT, 2); VALUE(WEIR_OWN_THREADS, 4); VALUE(WEIR_MUTATES, 8);
VALUE(WEIR_EMITS_RAW, 16); VALUE(WEIR_WANTS_BYTES, 32); VALUE(WEIR_HOLDS_ACKS, 64);
VALUE(WEIR_GATHERS_TWICE, 256); VALUE(WEIR_CUTS_STREAM, 128); VALUE(WEIR_CUTS_LINES, 512); VALUE(WEIR_ROWS_ALONE, 1024); VALUE(WEIR_KEEPS_SESSIONS, 2048); VALUE(WEIR_MOD_OWN_PROCESS, 1);
VALUE(WEIR_MOD_UNLOADABLE, 2);
// clang-format on

#undef SIZE
#undef AT
#undef VALUE

TEST(Layout, SizeTellsWhatAPeerKnows) {
  weir_input_ops older{};
  older.size = offsetof(weir_input_ops, gather);
  older.gather = [](void*, weir_err*) -> weir_status { return WEIR_OK; };
  EXPECT_FALSE(WEIR_HAS(&older, weir_input_ops, gather));
  older.size = sizeof older;
  EXPECT_TRUE(WEIR_HAS(&older, weir_input_ops, gather));
  older.gather = nullptr;
  EXPECT_FALSE(WEIR_HAS(&older, weir_input_ops, gather));
}

}  // namespace
