#include <gtest/gtest.h>

#include <weir/stream_buffer.hpp>
#include <weir/testing/host.hpp>

// Goal: what is received in place arrives as a valid raw row with its tags, and the room before it is named.

namespace weir {
namespace {

using testing::lines;

class StreamBuffer : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(inside_.violations(), std::vector<std::string>{}); }

  weir_status receive(stream_buffer& b, std::string_view bytes, bool last = false) {
    const weir_status s = b.ready();
    if (s != WEIR_OK) return s;
    if (!bytes.empty()) std::memcpy(b.data(), bytes.data(), bytes.size());
    return b.emit(bytes.size(), WEIR_RAW_STREAM, 7, last);
  }
  static std::string_view message(const testing::host::emitted& e) {
    return batch(e.head()).begin().operator*().message();
  }

  testing::host inside_{WEIR_EMITS_RAW | WEIR_MAY_BLOCK};
  weir::host home_{inside_.table()};
};

TEST_F(StreamBuffer, EmitsWhatWasReceived) {
  stream_buffer b(home_, 64, 32, {{"source", "10.0.0.1"}, {"port", "5"}});
  EXPECT_EQ(receive(b, "hello world"), WEIR_OK);
  EXPECT_EQ(receive(b, "again", true), WEIR_OK);
  EXPECT_EQ(inside_.take_rows(),
            (lines{R"(raw stream session=7 "hello world" port=5,source=10.0.0.1)",
                   R"(raw stream session=7 last "again" port=5,source=10.0.0.1)"}));
}

TEST_F(StreamBuffer, NamesTheRoomBeforeTheMessage) {
  stream_buffer b(home_, 4096, 512, {{"t", "v"}});
  ASSERT_EQ(receive(b, std::string(4096, 'x')), WEIR_OK);
  const weir_batch& h = *inside_.emits()[0].head();
  const auto* x = reinterpret_cast<const weir_ext*>(inside_.emits()[0].bytes.data() + h.off_ext);
  ASSERT_EQ(h.n_ext, 1U);
  EXPECT_EQ(x->id, std::uint32_t{WEIR_X_HEADROOM});
  EXPECT_EQ(x->len, 512U);
  EXPECT_EQ(block(&h).blob() + x->off + x->len, message(inside_.emits()[0]).data());
}

TEST_F(StreamBuffer, LeavesNoRoomWhereNoneIsWanted) {
  stream_buffer b(home_, 16, 0);
  ASSERT_EQ(receive(b, "sixteen bytes...", true), WEIR_OK);
  EXPECT_EQ(inside_.emits()[0].head()->n_ext, 0U);
  EXPECT_EQ(message(inside_.emits()[0]), "sixteen bytes...");
}

TEST_F(StreamBuffer, SmallMessagesDoNotHoldLargeBuffers) {
  stream_buffer b(home_, 1U << 16, 1U << 16);
  ASSERT_EQ(b.ready(), WEIR_OK);
  const char* room = b.data();
  ASSERT_EQ(receive(b, "small"), WEIR_OK);
  EXPECT_LT(inside_.emits()[0].bytes.size(), 512U);
  ASSERT_EQ(b.ready(), WEIR_OK);
  EXPECT_EQ(b.data(), room);
}

TEST_F(StreamBuffer, SmallMessagesGoInTheLargeOneWhenThereIsNoOther) {
  stream_buffer b(home_, 1U << 16, 0);
  inside_.would_block_after(1);
  ASSERT_EQ(receive(b, "small"), WEIR_OK);
  EXPECT_EQ(message(inside_.emits()[0]), "small");
  EXPECT_EQ(b.ready(), WEIR_WOULD_BLOCK);
}

TEST_F(StreamBuffer, WaitsForRoomWhereItMay) {
  inside_.would_block_after(0);
  emit_options o;
  o.may_wait = true;
  stream_buffer b(home_, 64, 0, {}, o);
  EXPECT_EQ(receive(b, "x"), WEIR_OK);
  EXPECT_GE(inside_.waits(), 1U);
}

TEST_F(StreamBuffer, EndsASessionWithoutData) {
  stream_buffer b(home_, 64, 8, {{"k", "v"}});
  EXPECT_EQ(b.emit(0, WEIR_RAW_STREAM, 3), WEIR_OK);
  EXPECT_EQ(b.emit(0, WEIR_RAW_STREAM, 3, true), WEIR_OK);
  EXPECT_EQ(inside_.take_rows(), (lines{R"(raw stream session=3 last "" k=v)"}));
}

TEST_F(StreamBuffer, SaysWhatWasLost) {
  stream_buffer b(home_, 64, 0);
  ASSERT_EQ(b.ready(), WEIR_OK);
  inside_.close();
  EXPECT_EQ(b.emit(60, WEIR_RAW_RECORD), WEIR_CLOSED);
  EXPECT_EQ(inside_.bad_count(), 1U);
  b.rest();
  EXPECT_EQ(inside_.buffers_out(), 0U);
}

TEST_F(StreamBuffer, GivesItsBufferBack) {
  {
    stream_buffer b(home_, 64, 0);
    ASSERT_EQ(b.ready(), WEIR_OK);
    EXPECT_EQ(inside_.buffers_out(), 1U);
    b.rest();
    EXPECT_EQ(inside_.buffers_out(), 0U);
    ASSERT_EQ(b.ready(), WEIR_OK);
    b.set_tags(std::initializer_list<tag>{{"new", "tag"}});
    ASSERT_EQ(receive(b, "x"), WEIR_OK);
    EXPECT_EQ(inside_.take_rows(), (lines{R"(raw stream session=7 "x" new=tag)"}));
    ASSERT_EQ(b.ready(), WEIR_OK);
  }
  EXPECT_EQ(inside_.buffers_out(), 0U);
}

}  // namespace
}  // namespace weir
