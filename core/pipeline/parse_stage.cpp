#include "core/pipeline/parse_stage.hpp"

#include <weir/editor.hpp>

#include "core/pipeline/input_stage.hpp"
#include "core/pipeline/row_edit.hpp"

namespace weir::pipeline {
namespace {

// Can one call take both? What the rows say of their metrics is then the same.
bool alike(const weir_row& a, const weir_row& b) {
  const bool same_tags = a.n_tag == b.n_tag && (a.n_tag == 0 || a.tag0 == b.tag0);
  const bool same_time =
      a.flags == b.flags && ((a.flags & WEIR_ROW_TIME) == 0 || a.time_ns == b.time_ns);
  return same_tags && same_time && a.name == b.name && a.n_field == 1 && b.n_field == 1;
}

bool says_more(const weir_row& r) {
  return r.name != WEIR_NO_ID || r.n_field > 1 || (r.flags & WEIR_ROW_TIME) != 0;
}

void set_fields(editor& rows, std::uint32_t r, const row& message) {
  for (std::uint32_t i = 1; i < message.raw().n_field; ++i) {
    const block& b = message.home();
    weir_field f = b.fields()[message.raw().field0 + i];
    const std::string_view key = b.str(f.key);
    if (f.type == WEIR_STRING) f = rows.make_field(b.text(f.v.str));
    rows.put_field(r, key, f);
  }
}

std::uint64_t session_key(std::uint32_t lane, std::uint32_t session) {
  return (std::uint64_t{lane} << 32) | session;
}

std::string place_of(const weir_bad& bad) {
  if (bad.line != 0) {
    return " at line " + std::to_string(bad.line) +
           (bad.col == 0 ? "" : ", column " + std::to_string(bad.col));
  }
  return bad.offset == 0 ? "" : " at byte " + std::to_string(bad.offset);
}

std::string printable(std::string_view text) {
  std::string out(text.substr(0, 128));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return out;
}

}  // namespace

ParseStage::ParseStage(const Services& services, Instance::Spec spec, std::int64_t max_record_bytes,
                       std::string input, std::string metric_name)
    : services_(services),
      spec_(std::move(spec)),
      max_record_bytes_(static_cast<std::uint64_t>(max_record_bytes)),
      log_(std::move(input)),
      metric_name_(std::move(metric_name)),
      cuts_stream_((spec_.descriptor->flags & WEIR_CUTS_STREAM) != 0),
      takes_streams_(cuts_stream_ || (spec_.descriptor->flags & WEIR_CUTS_LINES) != 0),
      keeps_sessions_((spec_.descriptor->flags & WEIR_KEEPS_SESSIONS) != 0),
      node_(spec_.node) {}

std::unique_ptr<ParseStage> ParseStage::make(const Services& services, Instance::Spec spec,
                                             std::int64_t max_record_bytes,
                                             const std::string& input,
                                             const std::string& metric_name,
                                             Instance::Refusal& why) {
  std::unique_ptr<ParseStage> stage(
      new ParseStage(services, std::move(spec), max_record_bytes, input, metric_name));
  auto first = stage->make_parser(why);
  if (!first) return nullptr;
  stage->node_ = &first->instance->node();
  stage->idle_.push_back(std::move(first));
  return stage;
}

std::unique_ptr<ParseStage::Parser> ParseStage::make_parser(Instance::Refusal& why) {
  auto parser = std::make_unique<Parser>(services_.budget);
  parser->calls.set_on_bad([this, p = parser.get()](const weir_bad& bad) { log_bad(*p, bad); });
  Instance::Spec spec = spec_;
  spec.node = node_;
  parser->instance = Instance::create(services_, std::move(spec), parser->calls, why);
  if (!parser->instance) return nullptr;
  weir_err err = make_err();
  const weir_status status = parser->instance->start(0, err);
  if (status == WEIR_OK) {
    const std::lock_guard lock(mutex_);
    all_.push_back(parser->instance.get());
    return parser;
  }
  why = {status, describe(status, err), std::string(path_of(err))};
  return nullptr;
}

std::vector<Instance*> ParseStage::instances() const {
  const std::lock_guard lock(mutex_);
  return all_;
}

std::unique_ptr<ParseStage::Parser> ParseStage::take_parser() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto parser = std::move(idle_.back());
      idle_.pop_back();
      return parser;
    }
  }
  Instance::Refusal why;
  auto parser = make_parser(why);
  if (!parser) log_.error("no further parser could be made: " + why.message);
  return parser;
}

void ParseStage::give_back(std::unique_ptr<Parser> parser) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(parser));
}

bool ParseStage::falls_quiet() {
  const std::uint64_t in = node_->in;
  if (in != seen_in_) quiet_ = 0;
  seen_in_ = in;
  return ++quiet_ == quiet_checks;
}

void ParseStage::rest() {
  std::vector<std::unique_ptr<Parser>> resting;
  {
    const std::lock_guard lock(mutex_);
    resting.swap(idle_);
  }
  const weir_event event{sizeof(weir_event), WEIR_EV_IDLE, 0};
  for (auto& parser : resting) {
    parser->instance->notify(event);
    give_back(std::move(parser));
  }
}

Stage::Outcome ParseStage::run(Job& job, std::vector<queue::Parcel>& out, Lane&) {
  const queue::Parcel& raw = job.parcel;
  const block rows(raw.block.batch());
  if (rows.head().signal != WEIR_SIG_RAW) {
    out.push_back(std::move(job.parcel));  // The input made metrics itself.
    return Outcome::done;
  }
  const std::uint32_t n = rows.head().n_rows;
  Reading reading;
  for (std::uint32_t r = 0; r < n;) {
    const std::uint8_t kind = rows.rows()[r].kind;
    std::uint32_t end = r + 1;
    while (kind != WEIR_RAW_STREAM && end < n && rows.rows()[end].kind == kind &&
           alike(rows.rows()[r], rows.rows()[end])) {
      ++end;
    }
    parse_group(reading, raw, {r, end - r}, out);
    r = end;
  }
  if (reading.shared) give_back(std::move(reading.shared));
  Sum& sum = reading.sum;
  if (raw.reading) raw.reading->done(sum.made, sum.bad, std::move(sum.first_bad));
  return Outcome::done;
}

// A piece of a stream, or records, or documents.
void ParseStage::parse_group(Reading& reading, const queue::Parcel& parcel, Group group,
                             std::vector<queue::Parcel>& out) {
  const weir_row& first = block(parcel.block.batch()).rows()[group.row0];
  const bool stream = first.kind == WEIR_RAW_STREAM;
  const bool kept = keeps_sessions_ && first.kind != WEIR_RAW_DOCUMENT;
  const std::uint32_t number = stream ? first.ext : 0;
  Session* session = stream || kept ? &session_of(parcel.lane, number) : nullptr;
  std::unique_ptr<Parser>& parser = kept ? session->parser : reading.shared;
  if (!parser) parser = take_parser();
  node_->in += group.n;
  if (!parser) {
    node_->drop(metrics::Drop::plugin_error, group.n);
    for (const auto& token : parcel.tokens) token->abandoned();
    return note_bad(reading.sum, group.n, "no parser could be made");
  }
  const std::size_t made_before = out.size();
  node_->absorbed += group.n;
  if (stream) {
    parse_stream(*parser, parcel, group.row0, *session);
  } else {
    parse_rows(*parser, parcel, group.row0, group.n);
  }
  settle(*parser, parcel, group.row0, out);
  if (parser->sum.bad != 0) {
    for (const auto& token : parcel.tokens) token->lost();
  }
  if (stream && (!parcel.tokens.empty() || !session->tokens.empty())) {
    const row piece(block(parcel.block.batch()), first);
    pass_tokens(parcel, piece.message().size(), *session, std::span(out).subspan(made_before));
  }
  add_up(reading.sum, *parser);
  if (stream && (first.flags & WEIR_ROW_LAST) != 0) close_session(parcel.lane, number);
}

// What was made may begin with what earlier pieces left, and what this one leaves belongs to pieces to come: a source
// hears that a piece is safe when its last record is.
void ParseStage::pass_tokens(const queue::Parcel& piece, std::size_t bytes, Session& session,
                             std::span<queue::Parcel> made) {
  for (auto& parcel : made) {
    parcel.tokens.insert(parcel.tokens.end(), session.tokens.begin(), session.tokens.end());
  }
  if (session.carry.size() <= bytes) session.tokens.clear();
  if (session.carry.empty()) return;
  session.tokens.insert(session.tokens.end(), piece.tokens.begin(), piece.tokens.end());
}

// Moves what a parser counted to the sum of its parcel.
void ParseStage::add_up(Sum& sum, Parser& parser) {
  const Sum of = std::exchange(parser.sum, {});
  sum.made += of.made;
  sum.bad += of.bad;
  if (sum.first_bad.empty()) sum.first_bad = of.first_bad;
}

void ParseStage::note_bad(Sum& sum, std::uint64_t n, std::string_view what) {
  if (sum.first_bad.empty()) sum.first_bad = what;
  sum.bad += n;
}

void ParseStage::call(Parser& parser, weir_delivery& delivery, std::uint64_t* consumed) {
  weir_err err = make_err();
  const auto& ops = parser.instance->ops<weir_parser_ops>();
  const weir_status status = parser.instance->work(
      "parse", err, [&](void* self) { return ops.parse(self, &delivery, consumed, &err); });
  if (status >= 0) return;
  node_->errors += 1;
  node_->created += 1;
  node_->drop(metrics::Drop::parse_error, 1);
  const std::string why = describe(status, err);
  note_bad(parser.sum, 1, why);
  log_.error("parsing failed: " + why);
}

void ParseStage::parse_rows(Parser& parser, const queue::Parcel& parcel, std::uint32_t row0,
                            std::uint32_t n) {
  weir_delivery delivery = parcel.delivery(parcel.block->id());
  delivery.row0 = row0;
  delivery.n_rows = n;
  delivery.flags = WEIR_D_LAST;
  std::uint64_t consumed = 0;
  call(parser, delivery, &consumed);
}

void ParseStage::parse_stream(Parser& parser, const queue::Parcel& parcel, std::uint32_t r,
                              Session& session) {
  const row piece(block(parcel.block.batch()), block(parcel.block.batch()).rows()[r]);
  const bool last = piece.last();
  std::string_view text = piece.message();
  if (!session.carry.empty()) text = parse_carried(parser, parcel, r, text, session);
  if (session.skipping) {
    const std::size_t end = text.find('\n');
    session.skipping = end == std::string_view::npos;
    text = session.skipping ? std::string_view{} : text.substr(end + 1);
  }
  // What is still carried needs all there is: a record with line ends in it.
  std::string joined;
  if (!session.carry.empty()) {
    joined.reserve(session.carry.size() + text.size());
    joined.append(session.carry).append(text);
    session.carry.clear();
    text = joined;
  }
  parse_pieces(parser, parcel, r, text, last ? std::uint32_t{WEIR_D_LAST} : 0U, session);
  if (parser.waits) parse_cut(parser, parcel, r, {}, WEIR_D_LAST, session);
}

// Only the record that two reads share is copied: mostly the first line. Returns what follows it.
std::string_view ParseStage::parse_carried(Parser& parser, const queue::Parcel& parcel,
                                           std::uint32_t r, std::string_view text,
                                           Session& session) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || end + 1 == text.size()) return text;
  std::string line;
  line.swap(session.carry);
  line.append(text.substr(0, end + 1));
  parse_pieces(parser, parcel, r, line, WEIR_D_MORE, session);
  return text.substr(end + 1);
}

void ParseStage::parse_pieces(Parser& parser, const queue::Parcel& parcel, std::uint32_t r,
                              std::string_view text, std::uint32_t flags, Session& session) {
  if (takes_streams_) {
    parse_within(parser, parcel, r, text, flags, session);
  } else {
    parse_lines(parser, parcel, r, text, (flags & WEIR_D_LAST) != 0, session);
  }
}

// Lines beyond the limit are taken out before the parser sees the rest. Costs nothing where no line can be.
void ParseStage::parse_within(Parser& parser, const queue::Parcel& parcel, std::uint32_t r,
                              std::string_view text, std::uint32_t flags, Session& session) {
  std::size_t line = 0;
  while (text.size() - line > max_record_bytes_) {
    const std::size_t end = text.find('\n', line);
    if (end == std::string_view::npos) break;  // Unfinished: keep_rest() sees to it.
    if (end - line > max_record_bytes_) {
      if (line != 0) parse_cut(parser, parcel, r, text.substr(0, line), WEIR_D_LAST, session);
      drop_too_large(parser, text.substr(line, end - line));
      text.remove_prefix(end + 1);
      line = 0;
      continue;
    }
    line = end + 1;
  }
  if ((flags & WEIR_D_LAST) != 0 && text.size() - line > max_record_bytes_) {
    drop_too_large(parser, text.substr(line));
    text = text.substr(0, line);
  }
  const bool ends_session = keeps_sessions_ && (flags & WEIR_D_LAST) != 0;
  if (!text.empty() || ends_session) parse_cut(parser, parcel, r, text, flags, session);
}

void ParseStage::parse_cut(Parser& parser, const queue::Parcel& parcel, std::uint32_t r,
                           std::string_view text, std::uint32_t flags, Session& session) {
  weir_delivery delivery = parcel.delivery(parcel.block->id());
  delivery.row0 = r;
  delivery.n_rows = 1;
  delivery.session = block(parcel.block.batch()).rows()[r].ext;
  delivery.flags = flags;
  delivery.raw = borrow(text);
  std::uint64_t consumed = text.size();
  call(parser, delivery, &consumed);
  parser.waits = (flags & WEIR_D_MORE) != 0;
  const bool goes_on = (flags & WEIR_D_LAST) == 0;
  if (goes_on && consumed < text.size()) keep_rest(parser, session, text.substr(consumed));
}

// The parser wants whole records: lines, for one that says nothing else.
void ParseStage::parse_lines(Parser& parser, const queue::Parcel& parcel, std::uint32_t r,
                             std::string_view text, bool last, Session& session) {
  builder lines;
  lines.set_now(block(parcel.block.batch()).rows()[r].time_ns);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos && !last) break;
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.size() > max_record_bytes_) {
      drop_too_large(parser, line);
    } else if (!line.empty()) {
      lines.raw(line, WEIR_RAW_RECORD);
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  if (!text.empty()) keep_rest(parser, session, text);
  if (lines.empty()) return;
  auto block = queue::BlockRef::make(services_.budget, lines.bytes(), queue::Budget::Use::forced);
  if (!block) {
    note_bad(parser.sum, lines.size(), "no memory");
    for (const auto& token : parcel.tokens) token->abandoned();
    return node_->created += lines.size(), node_->drop(metrics::Drop::no_memory, lines.size());
  }
  lines.seal(block->data());
  const auto cut = queue::Parcel::whole(std::move(block), parcel.lane);
  parse_rows(parser, cut, 0, cut.n_rows);
}

void ParseStage::keep_rest(Parser& parser, Session& session, std::string_view rest) {
  if (rest.size() <= max_record_bytes_) {
    session.carry.assign(rest);
    return;
  }
  session.skipping = true;
  drop_too_large(parser, rest);
}

void ParseStage::drop_too_large(Parser& parser, std::string_view record) {
  node_->created += 1;
  node_->drop(metrics::Drop::too_large, 1);
  note_bad(parser.sum, 1, "a record is too large");
  log_.error("a record is larger than " + std::to_string(max_record_bytes_) +
             " bytes: it was dropped (raise [weir] max_record_bytes if it is meant to be): " +
             printable(record));
}

// Collects what the call made, counts it, and adds the message's tags.
void ParseStage::settle(Parser& parser, const queue::Parcel& parcel, std::uint32_t r,
                        std::vector<queue::Parcel>& out) {
  auto made = parser.calls.take();
  const std::uint64_t bad = parser.calls.take_bad();
  node_->created += bad;
  node_->drop(metrics::Drop::parse_error, bad);
  node_->errors += bad;
  parser.sum.bad += bad;
  add_row_tags(parcel, r, made);
  for (auto& p : made) {
    name_rows(p);
    apply_row(parcel, r, p);
    p.lane = parcel.lane;
    p.tokens = parcel.tokens;
    node_->created += p.n_rows;
    node_->out += p.n_rows;
    parser.sum.made += p.n_rows;
    if (p.n_rows != 0) out.push_back(std::move(p));
  }
}

void ParseStage::add_row_tags(const queue::Parcel& raw, std::uint32_t r,
                              std::vector<queue::Parcel>& made) {
  const block rows(raw.block.batch());
  const row message(rows, rows.rows()[r]);
  if (message.raw().n_tag == 0) return;
  config::Tags tags;
  for (const auto& t : message.tags()) tags.emplace_back(t.key, t.value);
  for (auto& p : made) {
    edit_rows(p, services_.budget, [&](editor& e) { add_missing_tags(e, tags); });
  }
}

// Metrics whose text gave them no name get the input's.
void ParseStage::name_rows(queue::Parcel& made) const {
  const block b(made.block.batch());
  bool nameless = false;
  for (std::uint32_t r = 0; r < b.head().n_rows && !nameless; ++r) {
    nameless = b.strs()[b.rows()[r].name].len == 0;
  }
  if (!nameless) return;
  edit_rows(made, services_.budget, [this](editor& e) {
    e.each_name([this](std::string_view name) { return name.empty() ? &metric_name_ : nullptr; });
  });
}

// What the source says of a message's metrics stands above what the message says.
void ParseStage::apply_row(const queue::Parcel& raw, std::uint32_t r, queue::Parcel& made) const {
  const block rows(raw.block.batch());
  const weir_row& source = rows.rows()[r];
  if (!says_more(source)) return;
  const row message(rows, source);
  edit_rows(made, services_.budget, [&](editor& e) {
    const std::uint32_t name = source.name == WEIR_NO_ID ? WEIR_NO_ID : e.intern(message.name());
    e.each_row([&](std::uint32_t i) {
      if (name != WEIR_NO_ID) e.set_name(i, name);
      if ((source.flags & WEIR_ROW_TIME) != 0) e.set_time(i, source.time_ns);
      set_fields(e, i, message);
    });
  });
}

ParseStage::Session& ParseStage::session_of(std::uint32_t lane, std::uint32_t session) {
  const std::lock_guard lock(mutex_);
  return sessions_[session_key(lane, session)];
}

void ParseStage::close_session(std::uint32_t lane, std::uint32_t session) {
  const std::lock_guard lock(mutex_);
  const auto at = sessions_.find(session_key(lane, session));
  if (at->second.parser) idle_.push_back(std::move(at->second.parser));
  sessions_.erase(at);
}

void ParseStage::forget_sessions() {
  const std::lock_guard lock(mutex_);
  for (auto& [key, session] : sessions_) {
    if (!session.carry.empty()) {
      node_->created += 1;
      node_->drop(metrics::Drop::parse_error, 1);
    }
    if (session.parser) idle_.push_back(std::move(session.parser));
  }
  sessions_.clear();
}

void ParseStage::log_bad(Parser& parser, const weir_bad& bad) const {
  if (parser.sum.first_bad.empty()) {
    parser.sum.first_bad = std::string(view(bad.reason)) + place_of(bad);
  }
  std::string text =
      "a record could not be parsed" + place_of(bad) + ": " + std::string(view(bad.reason));
  if (bad.count > 1) {
    text = std::to_string(bad.count) + " records could not be parsed, the first" + place_of(bad) +
           ": " + std::string(view(bad.reason));
  }
  if (bad.excerpt.len != 0) text += ": " + printable(view(bad.excerpt));
  log_.error(text);
}

}  // namespace weir::pipeline
