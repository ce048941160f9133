#pragma once

// Receiving straight into a raw batch, without a copy between the socket and the parser.
//
//   weir::stream_buffer b(self, 64 << 10, 64 << 10, {{"source", peer}});
//   while (b.ready() == WEIR_OK) {
//     const ssize_t n = recv(fd, b.data(), b.capacity(), 0);
//     if (n <= 0) break;
//     b.emit(n, WEIR_RAW_STREAM, session, false);
//   }
//
// The block is laid out with its one row and the tags in front of the room for the message. Before the message lie
// headroom bytes that mean nothing (WEIR_X_HEADROOM): there the host puts what it carried over of a
// record that the piece before left unfinished, so that the new bytes stay where they are. A message that
// fills little of its buffer goes into one of its own size instead, and the large one is used again.
//
// Threads    One thread at a time.
// Ownership  Keeps at most one host buffer, and gives it back in the destructor. Tags are copied.
// Errors     As statuses: WEIR_WOULD_BLOCK (WEIR_EV_RESUME follows), WEIR_CLOSED, WEIR_E_NOMEM.
// Limits     capacity + headroom should stay well under WEIR_BATCH_BYTES_MAX.

#include <cstring>
#include <initializer_list>

#include <weir/sink.hpp>

namespace weir {
inline namespace v1 __attribute__((visibility("hidden"))) {

  class stream_buffer {
   public:
    stream_buffer(weir::host h, std::uint32_t capacity, std::uint32_t headroom,
                  std::initializer_list<tag> tags = {}, const emit_options& options = {})
        : host_(h), options_(options), capacity_(capacity), headroom_(headroom) {
      set_tags(tags);
    }
    stream_buffer(const stream_buffer&) = delete;
    stream_buffer& operator=(const stream_buffer&) = delete;
    ~stream_buffer() { host_.give_back(buf_); }

    // Lane, cookie, parents and whether ready() may wait, for what is emitted from now on.
    emit_options& options() { return options_; }
    // Tags of every row from here on, in any order. Bytes that were received and not emitted are lost.
    template <typename Tags>
    void set_tags(const Tags& tags) {
      host_.give_back(buf_);
      builder b;
      b.raw({}, WEIR_RAW_STREAM);
      for (const tag& t : tags) b.tag(t.key, t.value);
      front_.clear();
      b.seal(front_.extend(static_cast<std::uint32_t>(b.bytes())));
    }

    // Makes sure that there is a buffer to receive into.
    weir_status ready() {
      if (buf_.data != nullptr) return WEIR_OK;
      const weir_status got = host_.take(options_, bytes(headroom_, capacity_), buf_);
      if (got == WEIR_OK) lay_out(buf_.data, headroom_);
      return got;
    }
    // Room for messages of that size from here on. Bytes that were received and not emitted are lost.
    void set_capacity(std::uint32_t capacity) {
      rest();
      capacity_ = capacity;
    }
    // Gives the buffer back while nothing is to be received: ten thousand idle connections hold nothing.
    void rest() { host_.give_back(buf_); }
    // Room for the message; after ready() said OK.
    char* data() { return message_of(buf_.data); }
    std::size_t capacity() const { return capacity_; }

    // Emits the first n bytes of data() as one row; another time than now where it is given. Nothing happens where n
    // is 0 and the session goes on. Where the host does not take it the bytes are lost and reported.
    weir_status emit(std::size_t n, std::uint8_t kind, std::uint32_t session = 0,
                     bool last = false) {
      return emit(n, kind, session, last, host_.now());
    }
    weir_status emit(std::size_t n, std::uint8_t kind, std::uint32_t session, bool last,
                     std::int64_t time_ns) {
      if (n == 0 && !last) return WEIR_OK;
      weir_buf small = fitting(n);
      weir_buf& chosen = small.data != nullptr ? small : buf_;
      const weir_status got =
          small.data != nullptr ? WEIR_OK : ready();  // the end of a session may come without data
      if (got != WEIR_OK) return got;
      finish(chosen.data, n, kind, session, last, time_ns);
      const weir_status sent = host_.send(options_, chosen);
      if (sent != WEIR_OK) host_.lost(1, sent);
      return sent;
    }

   private:
    static constexpr std::size_t waste_max =
        8;  // a buffer may be that many times as large as its message

    const weir_batch& front() const { return *reinterpret_cast<const weir_batch*>(front_.data()); }
    // NOLINTNEXTLINE(clang-analyzer-core.uninitialized.UndefReturn): there is one after ready()
    static weir_batch& head(std::uint8_t* block) { return *reinterpret_cast<weir_batch*>(block); }
    detail::layout layout(std::uint32_t headroom, std::size_t message) const {
      const weir_batch& f = front();
      return {1,
              f.n_tags,
              1,
              f.n_strs,
              headroom == 0 ? 0U : 1U,
              f.len_blob + headroom + static_cast<std::uint32_t>(message)};
    }
    std::uint64_t bytes(std::uint32_t headroom, std::size_t message) const {
      return layout(headroom, message).bytes();
    }

    // All but the message.
    void lay_out(std::uint8_t* to, std::uint32_t headroom) const {
      const weir_batch& f = front();
      const auto* from = reinterpret_cast<const std::uint8_t*>(&f);
      weir_batch& h = head(to);
      h = f;
      layout(headroom, 0).write(&h);
      std::memcpy(to + h.off_rows, from + f.off_rows, sizeof(weir_row));
      std::memcpy(to + h.off_tags, from + f.off_tags, f.n_tags * sizeof(weir_tag));
      std::memcpy(to + h.off_fields, from + f.off_fields, sizeof(weir_field));
      std::memcpy(to + h.off_strs, from + f.off_strs, f.n_strs * sizeof(weir_sref));
      if (f.len_blob != 0) std::memcpy(to + h.off_blob, from + f.off_blob, f.len_blob);
      h.len_blob = f.len_blob + headroom;
      if (headroom == 0) return;
      h.n_ext = 1;
      *reinterpret_cast<weir_ext*>(to + h.off_ext) = {WEIR_X_HEADROOM, f.len_blob, headroom, 0};
    }
    // Behind what lay_out wrote. len_blob does not count the message before finish() ends.
    char* message_of(std::uint8_t* block) const {
      return reinterpret_cast<char*>(block) + head(block).off_blob + head(block).len_blob;
    }
    void finish(std::uint8_t* to, std::size_t n, std::uint8_t kind, std::uint32_t session,
                bool last, std::int64_t ns) {
      weir_batch& h = head(to);
      auto& r = *reinterpret_cast<weir_row*>(to + h.off_rows);
      r.time_ns = ns;
      r.kind = kind;
      r.ext = session;
      r.flags = last ? WEIR_ROW_LAST : 0;
      reinterpret_cast<weir_field*>(to + h.off_fields)->v.str = detail::pack_ref(h.len_blob, n);
      h.len_blob += static_cast<std::uint32_t>(n);
      h.total = h.off_blob + h.len_blob;
    }
    // A buffer with a copy of the message, where the large one would be mostly empty and the host has another.
    weir_buf fitting(std::size_t n) {
      weir_buf b{};
      const std::uint64_t need = bytes(0, n);
      if (buf_.data != nullptr && buf_.cap / waste_max < need) return b;
      emit_options now = options_;
      now.may_wait = false;
      if (host_.take(now, need, b) != WEIR_OK) return b;
      lay_out(b.data, 0);
      if (n != 0) std::memcpy(message_of(b.data), data(), n);
      return b;
    }

    weir::host host_;
    emit_options options_;
    std::uint32_t capacity_, headroom_;
    detail::pod_vector<std::uint8_t> front_;  // a sealed block of one empty message with the tags
    weir_buf buf_{};
  };

}  // namespace v1
}  // namespace weir
