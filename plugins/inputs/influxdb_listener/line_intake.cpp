#include "plugins/inputs/influxdb_listener/line_intake.hpp"

namespace weir::influxdb_listener {

LineIntake::LineIntake(host home, bool upstream, std::uint32_t lane)
    : home_(home), lane_(lane), out_(home), reader_(influx::Dialect(upstream), 1) {
  reader_.set_host(home);
}

weir_status LineIntake::room() {
  emit_options options;
  options.lane = lane_;
  weir_buf probe{};
  const weir_status got = home_.take(options, sizeof(weir_batch), probe);
  home_.give_back(probe);
  return got;
}

LineIntake::Outcome LineIntake::take(std::string_view text, std::int64_t unit_ns,
                                     const std::vector<Tag>& tags) {
  emit_options options;
  options.lane = lane_;
  options.may_wait = true;
  out_.begin(options);

  builder request;
  request.set_now(home_.now());
  request.raw({}, WEIR_RAW_DOCUMENT, 0, true);
  for (const Tag& t : tags) request.tag(t.key, t.value);
  origin_.clear();
  request.seal(origin_.extend(static_cast<std::uint32_t>(request.bytes())));
  const block origin(reinterpret_cast<const weir_batch*>(origin_.data()));

  const message whole{text, row(origin, origin.rows()[0])};
  out_.set_common_tags(whole.from);
  reader_.set_unit(unit_ns);
  reader_.read(whole, out_);
  Outcome outcome;
  outcome.status = out_.emit();
  out_.end_common_tags();
  outcome.bad = reader_.bad().count();
  outcome.first = reader_.bad().first();
  return outcome;
}

}  // namespace weir::influxdb_listener
