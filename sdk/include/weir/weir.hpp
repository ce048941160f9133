#pragma once

// Plugins in C++: write a struct, name it in WEIR_MODULE.
//
//   struct LoadAvg {
//     static constexpr weir::info meta{"loadavg", "1.0.0", "System load averages"};
//     double scale{};
//     static constexpr auto options = std::tuple{weir::opt{"scale", &LoadAvg::scale, "1.0", "Multiply by this"}};
//     void gather(weir::sink& out) { out.metric("load"_k).field("one"_k, scale * read()); }
//   };
//   WEIR_MODULE("sysinfo", "1.0.0", LoadAvg)
//
// The methods that the struct has make its kind:
//   inputs       gather(sink&), or start()/stop() with a member `weir::sink* out` and threads of its own
//   processors   keep(row) -> bool | keep(const batch&, kept_rows&) | edit(editor&) | process(row, sink&)
//   aggregators  add(row) | add(const batch&), and push(sink&), reset()
//   outputs      write(const delivery&)
//   parsers      parse(const message&, sink&) a record or document, lines of a stream one by one; or
//                -> std::size_t with meta flag WEIR_CUTS_STREAM: the bytes used of a stream
//   serializers  serialize(row, text&), and serialize_document(const batch&, text&) if it can; begin_batch(const
//                batch&) before the rows of each batch, where something is kept between them
// Every kind may have: init() after the options are loaded; start() before work and stop() or stop(deadline_ns), in
// time of the steady clock, after it, where start may be retried and stop called twice; ack(cookie, status), parsed(weir_ev_parsed), resume(lane),
// posted(cookie) in [loop]; idle() when nothing came for a while (parsers), to give memory back; stopping() before the
// end (inputs);
// a member `weir::host self`, set before init().
//
// Threads    As in abi.h: one call at a time unless the meta flags say WEIR_CONCURRENT.
// Errors     Throw weir::retry, split, config_error or fail; anything else is taken for a bug of the plugin.
//            write may also return a weir_status (WEIR_ASYNC).

#include <type_traits>
#include <utility>

#include <weir/delivery.hpp>
#include <weir/options.hpp>
#include <weir/sink.hpp>

namespace weir {
inline namespace v1 __attribute__((visibility("hidden"))) {

  // What a plugin says of itself.
  struct info {
    const char* name = nullptr;
    const char* version = nullptr;
    const char* summary = nullptr;
    std::uint32_t flags = 0;          // WEIR_MAY_BLOCK...
    std::uint32_t max_in_flight = 0;  // outputs; 0 = 1
  };

  // The selected rows that a processor keeps: all of them, until it drops some. Index r is row r of the block.
  class kept_rows {
   public:
    kept_rows(std::uint64_t* keep, std::uint32_t row0) : keep_(keep), row0_(row0) {}
    void drop(std::uint32_t r) {
      clear_bit(keep_, r - row0_);
      any_dropped_ = true;
    }
    bool any_dropped() const { return any_dropped_; }

   private:
    std::uint64_t* keep_;
    std::uint32_t row0_;
    bool any_dropped_ = false;
  };

  namespace detail {

  template <typename T>
  T& lvalue();

#define WEIR_DETECT(what, expression)    \
  template <typename P, typename = void> \
  struct what : std::false_type {};      \
  template <typename P>                  \
  struct what<P, std::void_t<decltype(expression)>> : std::true_type {}

  WEIR_DETECT(has_gather, lvalue<P>().gather(lvalue<sink>()));
  WEIR_DETECT(has_out, lvalue<P>().out = std::declval<sink*>());
  WEIR_DETECT(has_keep, lvalue<P>().keep(std::declval<row>()));
  WEIR_DETECT(has_keep_batch, lvalue<P>().keep(lvalue<const batch>(), lvalue<kept_rows>()));
  WEIR_DETECT(has_edit, lvalue<P>().edit(lvalue<editor>()));
  WEIR_DETECT(has_process, lvalue<P>().process(std::declval<row>(), lvalue<sink>()));
  WEIR_DETECT(has_add, lvalue<P>().add(std::declval<row>()));
  WEIR_DETECT(has_add_batch, lvalue<P>().add(lvalue<const batch>()));
  WEIR_DETECT(has_push, lvalue<P>().push(lvalue<sink>()));
  WEIR_DETECT(has_write, lvalue<P>().write(lvalue<const delivery>()));
  WEIR_DETECT(has_parse, lvalue<P>().parse(lvalue<const message>(), lvalue<sink>()));
  WEIR_DETECT(has_serialize, lvalue<P>().serialize(std::declval<row>(), lvalue<text>()));
  WEIR_DETECT(has_begin_batch, lvalue<P>().begin_batch(lvalue<const batch>()));
  WEIR_DETECT(has_document, lvalue<P>().serialize_document(lvalue<const batch>(), lvalue<text>()));
  WEIR_DETECT(has_init, lvalue<P>().init());
  WEIR_DETECT(has_start, lvalue<P>().start());
  WEIR_DETECT(has_stop, lvalue<P>().stop());
  WEIR_DETECT(has_stop_until, lvalue<P>().stop(std::int64_t{}));
  WEIR_DETECT(has_ack, lvalue<P>().ack(std::uint64_t{}, weir_status{}));
  WEIR_DETECT(has_parsed, lvalue<P>().parsed(lvalue<const weir_ev_parsed>()));
  WEIR_DETECT(has_resume, lvalue<P>().resume(std::uint32_t{}));
  WEIR_DETECT(has_posted, lvalue<P>().posted(std::uint64_t{}));
  WEIR_DETECT(has_idle, lvalue<P>().idle());
  WEIR_DETECT(has_stopping, lvalue<P>().stopping());
  WEIR_DETECT(has_self, lvalue<P>().self = std::declval<host>());
  WEIR_DETECT(has_metrics, P::metrics);
  WEIR_DETECT(has_needs, P::needs);
#undef WEIR_DETECT

  template <typename P>
  constexpr std::uint16_t kind_of() {
    if constexpr (has_push<P>::value) {
      return WEIR_AGGREGATOR;
    } else if constexpr (has_keep<P>::value || has_keep_batch<P>::value || has_edit<P>::value ||
                         has_process<P>::value) {
      return WEIR_PROCESSOR;
    } else if constexpr (has_write<P>::value) {
      return WEIR_OUTPUT;
    } else if constexpr (has_parse<P>::value) {
      return WEIR_PARSER;
    } else if constexpr (has_serialize<P>::value) {
      return WEIR_SERIALIZER;
    } else {
      static_assert(
          has_gather<P>::value || has_out<P>::value,
          "a plugin needs one of: gather(sink&), a member `weir::sink* out` with start(), "
          "keep(row), "
          "edit(editor&), process(row, sink&), add(row) with push(sink&), write(const delivery&), "
          "parse(const message&, sink&), serialize(row, text&)");
      return WEIR_INPUT;
    }
  }

  // One plugin object with what the host gave it.
  template <typename P>
  struct instance {
    instance(const weir_host* h) : home(h), out(host(h)) {}  // NOLINT(google-explicit-constructor)
    const weir_host* home;
    sink out;
    P plugin{};

    // What editors keep from call to call; calls that run in parallel cannot share it.
    static constexpr bool keeps_memory =
        has_edit<P>::value && (P::meta.flags & WEIR_CONCURRENT) == 0;
    struct nothing {};
    std::conditional_t<keeps_memory, editor_memory, nothing> memory{};
    editor_memory* working_memory() {
      if constexpr (keeps_memory) {
        return &memory;
      } else {
        return nullptr;
      }
    }
  };

  template <typename P>
  instance<P>& as(void* self) {
    return *static_cast<instance<P>*>(self);
  }

  // Deletes what create did not hand over.
  template <typename P>
  struct holder {
    instance<P>* at;
    explicit holder(instance<P>* made) : at(made) {}
    holder(const holder&) = delete;
    holder& operator=(const holder&) = delete;
    ~holder() { delete at; }
  };

  template <typename P>
  weir_status create(const weir_host* h, const weir_conf* conf, void** self, weir_err* err) {
    return guard(err, [&] {
      holder<P> made{new instance<P>(h)};
      P& plugin = made.at->plugin;
      if constexpr (has_self<P>::value) plugin.self = host(h);
      if constexpr (has_out<P>::value) {
        plugin.out = &made.at->out;
        emit_options o;
        o.may_wait = true;
        made.at->out.begin(o);
      }
      if constexpr (has_options<P>::value) {
        loader(*conf).load(plugin, reinterpret_cast<const weir_value*>(conf->base));
      }
      if constexpr (has_init<P>::value) plugin.init();
      *self = std::exchange(made.at, nullptr);
      return WEIR_OK;
    });
  }
  template <typename P>
  void destroy(void* self) {
    delete static_cast<instance<P>*>(self);
  }
  template <typename P>
  weir_status start(void* self, std::int64_t, weir_err* err) {
    (void)self;
    return guard(err, [&] {
      if constexpr (has_start<P>::value) as<P>(self).plugin.start();
      return WEIR_OK;
    });
  }
  template <typename P>
  weir_status stop(void* self, std::int64_t deadline_ns, weir_err* err) {
    (void)self;
    (void)deadline_ns;
    return guard(err, [&] {
      if constexpr (has_stop<P>::value) as<P>(self).plugin.stop();
      if constexpr (has_stop_until<P>::value) as<P>(self).plugin.stop(deadline_ns);
      return WEIR_OK;
    });
  }

  // Calls f with an event of that type, where it is whole.
  template <typename E, typename F>
  void when(const weir_event& e, std::uint16_t type, F&& f) {
    if (e.type == type && e.size >= sizeof(E)) f(reinterpret_cast<const E&>(e));
  }
  template <typename P>
  void one_event(P& p, const weir_event& e) {
    if constexpr (has_ack<P>::value) {
      when<weir_ev_ack>(e, WEIR_EV_ACK, [&p](const auto& a) { p.ack(a.cookie, a.status); });
    }
    if constexpr (has_parsed<P>::value) {
      when<weir_ev_parsed>(e, WEIR_EV_PARSED, [&p](const auto& a) { p.parsed(a); });
    }
    if constexpr (has_resume<P>::value) {
      when<weir_ev_u64>(e, WEIR_EV_RESUME,
                        [&p](const auto& a) { p.resume(static_cast<std::uint32_t>(a.value)); });
    }
    if constexpr (has_posted<P>::value) {
      when<weir_ev_u64>(e, WEIR_EV_POST, [&p](const auto& a) { p.posted(a.value); });
    }
    if constexpr (has_idle<P>::value) {
      when<weir_event>(e, WEIR_EV_IDLE, [&p](const auto&) { p.idle(); });
    }
    if constexpr (has_stopping<P>::value) {
      when<weir_event>(e, WEIR_EV_STOPPING, [&p](const auto&) { p.stopping(); });
    }
    (void)p;
    (void)e;
  }
  template <typename P>
  void events(void* self, const weir_event* first, std::uint32_t bytes) {
    const weir_status s = guard(nullptr, [&] {
      const auto* at = reinterpret_cast<const char*>(first);
      const char* end = at + bytes;
      while (at < end) {
        const auto& e = *reinterpret_cast<const weir_event*>(at);
        one_event(as<P>(self).plugin, e);
        if (e.type == WEIR_EV_IDLE) as<P>(self).out.give_back();
        at += round8(e.size);
      }
      return WEIR_OK;
    });
    if (s != WEIR_OK) as<P>(self).out.home().error("an event was not handled: the plugin threw");
  }

  template <typename P>
  emit_options options_for(const weir_delivery* in) {
    emit_options o;
    o.may_wait = in == nullptr && (P::meta.flags & WEIR_MAY_BLOCK) != 0;
    if (in != nullptr) {
      o.lane = in->lane;
      o.parents = &in->id;
      o.n_parents = 1;
    }
    return o;
  }
  // Runs f with the instance's sink and emits what f left in it, unless the host asks at once for more.
  template <typename P, typename F>
  weir_status emitting(void* self, const weir_delivery* in, weir_err* err, F&& f) {
    instance<P>& me = as<P>(self);
    const weir_status s = guard(err, [&] {
      me.out.begin(options_for<P>(in));
      f(me);
      return WEIR_OK;
    });
    if (in != nullptr && (in->flags & WEIR_D_MORE) != 0) return s;
    const weir_status sent = guard(err, [&] { return me.out.emit(); });
    if (s != WEIR_OK) return s;
    return sent == WEIR_OK ? sent : fill(err, sent, "the host took no more rows");
  }

  template <typename P>
  weir_status gather(void* self, weir_err* err) {
    return emitting<P>(self, nullptr, err, [](instance<P>& me) { me.plugin.gather(me.out); });
  }

  // Asks the plugin row by row. True when it dropped one.
  template <typename P>
  bool drop_rows(P& plugin, const weir_delivery& in, std::uint64_t* keep) {
    bool any = false;
    for (const row r : batch(in)) {
      if (plugin.keep(r)) continue;
      clear_bit(keep, r.index() - in.row0);
      any = true;
    }
    return any;
  }
  template <typename P>
  weir_status process(void* self, const weir_delivery* in, std::uint64_t* keep, weir_err* err) {
    (void)keep;
    if constexpr (has_keep_batch<P>::value) {
      return guard(err, [&] {
        kept_rows kept(keep, in->row0);
        as<P>(self).plugin.keep(batch(*in), kept);
        return weir_status{kept.any_dropped() ? WEIR_FILTER : WEIR_PASS};
      });
    } else if constexpr (has_keep<P>::value) {
      return guard(err, [&] {
        const bool any = drop_rows(as<P>(self).plugin, *in, keep);
        return weir_status{any ? WEIR_FILTER : WEIR_PASS};
      });
    } else {
      return emitting<P>(self, in, err, [in](instance<P>& me) {
        for (const row r : batch(*in)) me.plugin.process(r, me.out);
      });
    }
  }
  template <typename P>
  weir_status edit(void* self, weir_buf* inout, const weir_delivery* in, std::uint64_t* keep,
                   weir_err* err) {
    return guard(err, [&] {
      host_buffers buffers(as<P>(self).home, in->lane);
      editor_memory* memory = as<P>(self).working_memory();
      editor e(inout, *in, keep, &buffers, memory);
      as<P>(self).plugin.edit(e);
      const weir_status answer = e.finish();
      if (memory != nullptr) memory->trim();
      return answer;
    });
  }

  template <typename P>
  weir_status add(void* self, const weir_delivery* in, weir_err* err) {
    return guard(err, [&] {
      const batch rows(*in);
      if constexpr (has_add_batch<P>::value) {
        as<P>(self).plugin.add(rows);
      } else {
        for (const row r : rows) as<P>(self).plugin.add(r);
      }
      return WEIR_OK;
    });
  }
  template <typename P>
  weir_status push(void* self, weir_err* err) {
    return emitting<P>(self, nullptr, err, [](instance<P>& me) { me.plugin.push(me.out); });
  }
  template <typename P>
  void reset(void* self) {
    const weir_status s = guard(nullptr, [&] { return as<P>(self).plugin.reset(), WEIR_OK; });
    if (s != WEIR_OK) as<P>(self).out.home().error("reset failed: the plugin threw");
  }

  template <typename P>
  weir_status write(void* self, const weir_delivery* in, weir_err* err) {
    return guard(err, [&]() -> weir_status {
      const delivery d(*in);
      if constexpr (std::is_void_v<decltype(as<P>(self).plugin.write(d))>) {
        as<P>(self).plugin.write(d);
        return WEIR_OK;
      } else {
        return as<P>(self).plugin.write(d);
      }
    });
  }

  // A message that cannot be read at all costs itself, not its neighbours.
  template <typename P>
  void parse_one(instance<P>& me, const message& m) {
#if defined(__cpp_exceptions)
    try {
      me.plugin.parse(m, me.out);
    } catch (const error& x) {
      me.out.cancel_row();
      weir_bad b{};
      b.size = sizeof b;
      b.count = 1;
      b.reason = borrow(x.what());
      b.excerpt = borrow(m.text.substr(0, 128));
      me.out.home().bad(m.delivery, b);
    }
#else
    me.plugin.parse(m, me.out);
#endif
  }
  // Does the plugin take one record at a time? Then the SDK cuts streams for it, where they lie.
  template <typename P>
  constexpr bool parses_records() {
    if constexpr (has_parse<P>::value) {
      return std::is_void_v<decltype(lvalue<P>().parse(lvalue<const message>(), lvalue<sink>()))>;
    } else {
      return false;
    }
  }
  inline std::string_view without_return(std::string_view line) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
  }
  // Each line that is not empty; returns where the first one begins that is not finished.
  template <typename P>
  std::size_t parse_lines(instance<P>& me, const message& stream) {
    message line = stream;
    line.stream = false;
    line.last = true;
    std::size_t at = 0;
    while (at < stream.text.size()) {
      const std::size_t end = stream.text.find('\n', at);
      if (end == std::string_view::npos && !stream.last) break;
      line.text = without_return(stream.text.substr(at, end - at));
      at = end == std::string_view::npos ? stream.text.size() : end + 1;
      if (line.text.empty()) continue;
      me.out.end_row();  // The line before this one is safe from what this one throws.
      parse_one(me, line);
    }
    return at;
  }
  // How much of the message the plugin took.
  template <typename P>
  std::size_t parse_message(instance<P>& me, const message& m) {
    if constexpr (parses_records<P>()) {
      if (m.stream) return parse_lines(me, m);
      parse_one(me, m);
      return m.text.size();
    } else {
      return me.plugin.parse(m, me.out);
    }
  }
  template <typename P>
  weir_status parse(void* self, const weir_delivery* in, std::uint64_t* consumed, weir_err* err) {
    const weir_status s = emitting<P>(self, in, err, [&](instance<P>& me) {
      for (const row r : batch(*in)) {
        const bool stream = r.kind() == WEIR_RAW_STREAM;
        me.out.end_row();  // The message before this one is safe from what this one throws.
        me.out.set_now(r.time_ns());
        me.out.set_common_tags(r);
        const message m{stream ? view(in->raw) : r.message(), r, stream,
                        (in->flags & WEIR_D_LAST) != 0, in->id};
        if (stream) *consumed = m.text.size();  // also where the plugin throws
        const std::size_t used = parse_message(me, m);
        if (stream) *consumed = used;
      }
    });
    if ((in->flags & WEIR_D_MORE) == 0) as<P>(self).out.end_common_tags();  // their block goes
    return s;
  }

  // A row that cannot be written takes no bytes and costs only itself.
  template <typename P>
  void serialize_one(instance<P>& me, const weir_delivery& in, const row& r, text& t) {
#if defined(__cpp_exceptions)
    const std::uint64_t before = t.size();
    try {
      me.plugin.serialize(r, t);
    } catch (const error& x) {
      t.cut(before);
      weir_bad b{};
      b.size = sizeof b;
      b.count = 1;
      b.reason = borrow(x.what());
      b.excerpt = borrow(r.name().substr(0, 128));
      me.out.home().bad(in.id, b);
    }
#else
    (void)in;
    me.plugin.serialize(r, t);
#endif
  }
  template <typename P>
  void serialize_document(instance<P>& me, const weir_delivery& in, const batch& b, text& t) {
    if constexpr (has_document<P>::value) {
      me.plugin.serialize_document(b, t);
    } else {
      for (const row r : b) serialize_one(me, in, r, t);
    }
  }
  template <typename P>
  void serialize_rows(instance<P>& me, const weir_delivery& in, const batch& b, text& t,
                      std::uint32_t* row_end) {
    for (std::uint32_t i = 0; i < in.n_rows; ++i) {
      if (b.selected(in.row0 + i)) {
        serialize_one(me, in, row(b.home(), b.home().rows()[in.row0 + i]), t);
      }
      row_end[i] = static_cast<std::uint32_t>(t.size());
    }
  }
  template <typename P>
  weir_status serialize(void* self, const weir_delivery* in, weir_buf* out, std::uint64_t* used,
                        std::uint32_t* row_end, weir_err* err) {
    return guard(err, [&]() -> weir_status {
      instance<P>& me = as<P>(self);
      host_buffers buffers(me.home, in->lane);
      text t(out, &buffers);
      const batch b(*in);
      if constexpr (has_begin_batch<P>::value) me.plugin.begin_batch(b);
      if ((in->flags & WEIR_D_DOCUMENT) != 0) {
        serialize_document(me, *in, b, t);
      } else {
        serialize_rows(me, *in, b, t, row_end);
      }
      *used = t.size();
      return WEIR_OK;
    });
  }

  template <typename P>
  constexpr std::uint32_t flags_of() {
    return P::meta.flags | (has_edit<P>::value ? std::uint32_t{WEIR_MUTATES} : 0U) |
           (parses_records<P>() ? std::uint32_t{WEIR_CUTS_LINES} : 0U);
  }

  template <typename P>
  struct tables {
    static constexpr weir_ops ops{sizeof(weir_ops), 0,       create<P>, destroy<P>,
                                  start<P>,         stop<P>, events<P>, nullptr};

    static constexpr auto kind_table() {
      if constexpr (kind_of<P>() == WEIR_INPUT) {
        weir_input_ops o{};
        o.size = sizeof o;
        if constexpr (has_gather<P>::value) o.gather = gather<P>;
        return o;
      } else if constexpr (kind_of<P>() == WEIR_PROCESSOR) {
        weir_processor_ops o{};
        o.size = sizeof o;
        if constexpr (has_edit<P>::value) {
          o.edit = edit<P>;
        } else {
          o.process = process<P>;
        }
        return o;
      } else if constexpr (kind_of<P>() == WEIR_AGGREGATOR) {
        return weir_aggregator_ops{sizeof(weir_aggregator_ops), 0, add<P>, push<P>, reset<P>};
      } else if constexpr (kind_of<P>() == WEIR_OUTPUT) {
        return weir_output_ops{sizeof(weir_output_ops), 0, write<P>};
      } else if constexpr (kind_of<P>() == WEIR_PARSER) {
        return weir_parser_ops{sizeof(weir_parser_ops), 0, parse<P>};
      } else {
        return weir_serializer_ops{sizeof(weir_serializer_ops), 0, serialize<P>};
      }
    }
    static constexpr auto kind_ops = kind_table();

    static constexpr const weir_opt* const* opts() {
      if constexpr (has_options<P>::value) {
        return schema<P>::list.data();
      } else {
        return nullptr;
      }
    }
    static constexpr const weir_metric_decl* const* metrics() {
      if constexpr (has_metrics<P>::value) {
        return P::metrics;
      } else {
        return nullptr;
      }
    }
    static constexpr const char* const* needs() {
      if constexpr (has_needs<P>::value) {
        return P::needs;
      } else {
        return nullptr;
      }
    }
    static constexpr weir_plugin plugin{sizeof(weir_plugin),
                                        kind_of<P>(),
                                        2,
                                        flags_of<P>(),
                                        P::meta.max_in_flight,
                                        P::meta.name,
                                        P::meta.version,
                                        P::meta.summary,
                                        P::meta.summary,
                                        opts(),
                                        metrics(),
                                        needs(),
                                        &ops,
                                        &kind_ops};
  };

#if defined(__clang__)
#define WEIR_BUILT_WITH "clang " __clang_version__
#elif defined(__GNUC__)
#define WEIR_BUILT_WITH "gcc " __VERSION__
#else
#define WEIR_BUILT_WITH "unknown compiler"
#endif

  template <typename... P>
  struct module_of {
    static constexpr const weir_plugin* const plugins[sizeof...(P) + 1] = {&tables<P>::plugin...,
                                                                           nullptr};
  };

  }  // namespace detail

}  // namespace v1
}  // namespace weir

// The one symbol that a module exports.
#define WEIR_MODULE(name, version, ...)                                                  \
  extern "C" WEIR_EXPORT const weir_module* weir_module_v0(void) {                       \
    static constexpr weir_module module{sizeof(weir_module),                             \
                                        WEIR_ABI,                                        \
                                        0,                                               \
                                        0,                                               \
                                        name,                                            \
                                        version,                                         \
                                        "Apache-2.0",                                    \
                                        WEIR_BUILT_WITH,                                 \
                                        ::weir::detail::module_of<__VA_ARGS__>::plugins, \
                                        nullptr,                                         \
                                        nullptr};                                        \
    return &module;                                                                      \
  }
