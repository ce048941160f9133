#include "plugins/inputs/socket_listener/record_batch.hpp"

namespace weir::socket_listener {

void RecordBatch::add(std::string_view message, std::uint32_t session) {
  if (n_ == 0) rows_.set_now(home_.now());
  rows_.raw(message, WEIR_RAW_RECORD, session);
  ++n_;
  bytes_ += message.size();
}

weir_status RecordBatch::send(std::uint32_t lane) {
  if (n_ == 0) return WEIR_OK;
  emit_options where;
  where.lane = lane;
  weir_buf buf{};
  const weir_status got = home_.take(where, rows_.bytes(), buf);
  if (got == WEIR_WOULD_BLOCK) return got;
  if (got != WEIR_OK) {
    home_.lost(n_, got);
    drop();
    return got;
  }
  rows_.seal(buf.data);
  const weir_status sent = home_.send(where, buf);
  if (sent != WEIR_OK) home_.lost(n_, sent);
  drop();
  return sent;
}

void RecordBatch::abandon() {
  if (n_ != 0) home_.lost(n_, WEIR_CLOSED);
  drop();
}

void RecordBatch::drop() {
  rows_.clear();
  n_ = 0;
  bytes_ = 0;
}

}  // namespace weir::socket_listener
