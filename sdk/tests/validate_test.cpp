#include <functional>

#include <gtest/gtest.h>

#include <weir/testing/lines.hpp>
#include <weir/validate.hpp>

// Goal: each broken rule is refused, with its own words; a sound block is not.

namespace weir {
namespace {

using testing::block_memory;

// Mutable access to a sound block of two rows with tags, fields of every type and one extension.
struct Block {
  Block() {
    const block_memory m =
        testing::make_batch({"m,a=1,b=2 i=1i,u=2u,f=0.5,b=t,s=\"text\" 5", "n,a=1 i=3i 6"}, 0);
    const weir_batch& from = *m.head();
    memory = block_memory(from.total + sizeof(weir_ext));
    std::memcpy(memory.data(), m.data(), from.off_ext);
    head().n_ext = 1;
    head().off_blob = from.off_ext + static_cast<std::uint32_t>(sizeof(weir_ext));
    std::memcpy(memory.data() + head().off_blob, m.data() + from.off_blob, from.len_blob);
    head().total = head().off_blob + from.len_blob;
    ext() = {WEIR_X_SOURCE, 0, from.len_blob, 0};
  }
  weir_batch& head() { return *reinterpret_cast<weir_batch*>(memory.data()); }
  weir_row& row(std::size_t i) {
    return reinterpret_cast<weir_row*>(memory.data() + head().off_rows)[i];
  }
  weir_tag& tag(std::size_t i) {
    return reinterpret_cast<weir_tag*>(memory.data() + head().off_tags)[i];
  }
  weir_field& field(std::size_t i) {
    return reinterpret_cast<weir_field*>(memory.data() + head().off_fields)[i];
  }
  weir_sref& str(std::size_t i) {
    return reinterpret_cast<weir_sref*>(memory.data() + head().off_strs)[i];
  }
  weir_ext& ext() { return *reinterpret_cast<weir_ext*>(memory.data() + head().off_ext); }
  const char* verdict() { return validate(memory.data(), memory.size()); }

  block_memory memory;
};

struct Refusal {
  const char* name;
  const char* words;
  std::function<void(Block&)> harm;
};

TEST(Validate, RawRowsMaySayMoreOfTheirMetrics) {
  builder b;
  b.raw("text", WEIR_RAW_RECORD).metrics_name("n").metrics_time(5).field("f", std::int64_t{1});
  block_memory m(b.bytes());
  b.seal(m.data());
  EXPECT_EQ(validate(m.data(), m.size()), nullptr);
  auto& row = *reinterpret_cast<weir_row*>(m.data() + m.head()->off_rows);
  EXPECT_EQ(row.flags, WEIR_ROW_TIME);
  EXPECT_EQ(row.n_field, 2);
  row.name = m.head()->n_strs;
  EXPECT_STREQ(validate(m.data(), m.size()), "a name is outside the string table");
}

class Refuses : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refuses, WithItsOwnWords) {
  Block b;
  ASSERT_EQ(b.verdict(), nullptr);
  GetParam().harm(b);
  ASSERT_NE(b.verdict(), nullptr);
  EXPECT_STREQ(b.verdict(), GetParam().words);
}

const Refusal refusals[] = {
    {"magic", "wrong magic", [](Block& b) { b.head().magic ^= 1; }},
    {"version", "unknown batch version", [](Block& b) { b.head().version = 1; }},
    {"header", "header size too small", [](Block& b) { b.head().hdr_size = 56; }},
    {"total", "total is larger than the buffer", [](Block& b) { b.head().total += 8; }},
    {"signal", "unknown signal", [](Block& b) { b.head().signal = WEIR_SIG_SPAN; }},
    {"rows", "a section is outside the block", [](Block& b) { b.head().n_rows = 1U << 28; }},
    {"unaligned", "a section is outside the block", [](Block& b) { b.head().off_tags -= 4; }},
    {"overlap", "a section is outside the block",
     [](Block& b) { b.head().off_strs = b.head().off_fields; }},
    {"wrapping", "a section is outside the block",
     [](Block& b) { b.head().n_fields = 0xffffffffU; }},
    {"into_header", "a section is outside the block", [](Block& b) { b.head().off_rows = 56; }},
    {"blob", "a section is outside the block", [](Block& b) { b.head().len_blob += 8; }},
    {"string", "a string is outside the blob", [](Block& b) { b.str(1).off = b.head().len_blob; }},
    {"string_wraps", "a string is outside the blob", [](Block& b) { b.str(0) = {0xffffffffU, 2}; }},
    {"extension", "an extension is outside the blob", [](Block& b) { b.ext().off = 1; }},
    {"row_tags", "a row's tags are outside the block",
     [](Block& b) { b.row(1).tag0 = b.head().n_tags; }},
    {"row_fields", "a row's fields are outside the block",
     [](Block& b) { b.row(1).field0 = b.head().n_fields; }},
    {"no_fields", "a row without fields", [](Block& b) { b.row(0).n_field = 0; }},
    {"more_fields", "field ranges overlap", [](Block& b) { b.row(1) = b.row(0); }},
    {"shared_fields", "field ranges overlap",
     [](Block& b) { b.row(0).n_field = 4, b.row(1).field0 = 3; }},
    {"fields_inside", "field ranges overlap",
     [](Block& b) { b.row(1).field0 = 1, b.row(0).field0 = 0, b.row(0).n_field = 3; }},
    {"tags_inside", "tag ranges overlap", [](Block& b) { b.row(1).tag0 = 1; }},
    {"tags_of_two_lengths", "tag ranges overlap", [](Block& b) { b.row(1).tag0 = 0; }},
    {"name", "a name is outside the string table",
     [](Block& b) { b.row(0).name = b.head().n_strs; }},
    {"kind", "unknown metric kind", [](Block& b) { b.row(0).kind = 5; }},
    {"field_key", "a field key is outside the string table",
     [](Block& b) { b.field(0).key = WEIR_NO_ID; }},
    {"field_type", "unknown field type", [](Block& b) { b.field(0).type = 6; }},
    {"no_type", "unknown field type", [](Block& b) { b.field(0).type = 0; }},
    {"boolean", "a boolean that is neither 0 nor 1", [](Block& b) { b.field(3).v.u = 2; }},
    {"text", "a field value is outside the blob",
     [](Block& b) { b.field(4).v.str = 0xffffffff00000000ULL; }},
    {"key_twice", "a field key stands twice in a row",
     [](Block& b) { b.field(1).key = b.field(0).key; }},
    {"tag", "a tag is outside the string table", [](Block& b) { b.tag(0).val = b.head().n_strs; }},
    {"unsorted", "tags are not sorted and unique", [](Block& b) { std::swap(b.tag(0), b.tag(1)); }},
    {"tag_twice", "tags are not sorted and unique", [](Block& b) { b.tag(1).key = b.tag(0).key; }},
};
INSTANTIATE_TEST_SUITE_P(All, Refuses, ::testing::ValuesIn(refusals),
                         [](const auto& test) { return test.param.name; });

TEST(Validate, RefusesShortAndUnalignedBytes) {
  Block b;
  EXPECT_STREQ(validate(b.memory.data(), 63), "shorter than a batch header");
  EXPECT_STREQ(validate(b.memory.data() + 4, 64), "block is not aligned");
}

TEST(Validate, SameKeyTextUnderTwoIdsIsOneKey) {
  Block b;
  b.str(b.field(1).key) = b.str(b.field(0).key);
  EXPECT_STREQ(b.verdict(), "a field key stands twice in a row");
}

TEST(Validate, ChecksRawRows) {
  block_memory m = testing::make_batch({"raw record session=1 \"text\" a=b"}, 0);
  const auto verdict = [&m] { return validate(m.data(), m.size()); };
  auto& head = *reinterpret_cast<weir_batch*>(m.data());
  auto& row = *reinterpret_cast<weir_row*>(m.data() + head.off_rows);
  auto& field = *reinterpret_cast<weir_field*>(m.data() + head.off_fields);
  EXPECT_EQ(verdict(), nullptr);
  row.kind = 4;
  EXPECT_STREQ(verdict(), "unknown kind of raw row");
  row.kind = WEIR_RAW_DOCUMENT;
  field.v.str += std::uint64_t{100} << 32;
  EXPECT_STREQ(verdict(), "a message is outside the blob");
  field.type = WEIR_I64;
  EXPECT_STREQ(verdict(), "a raw row without its message");
}

TEST(Validate, TakesRangesInAnyOrder) {
  builder b;
  string_table& s = b.strings();
  const weir_tag tags[] = {{s.intern("a"), s.intern("1")}, {s.intern("b"), s.intern("2")}};
  const std::uint32_t first = b.add_tags(tags, 2);
  const std::uint32_t second = b.add_tags(tags, 1);
  for (std::uint32_t i = 0; i < 6; ++i) {
    b.add_row(s.intern("m"), i % 2 == 0 ? second : first, i % 2 == 0 ? 1 : 2, 1, i);
    *b.fields(1) = {s.intern("f"), WEIR_I64, 0, 0, {1}};
  }
  block_memory m(b.bytes());
  b.seal(m.data());
  auto* rows = reinterpret_cast<weir_row*>(m.data() + m.head()->off_rows);
  std::swap(rows[0].field0, rows[5].field0);
  EXPECT_EQ(validate(m.data(), m.size()), nullptr);
  rows[5].field0 = rows[4].field0;
  EXPECT_STREQ(validate(m.data(), m.size()), "field ranges overlap");
}

// Goal: a block that is crafted to be slow is refused before it was slow.
TEST(Validate, RefusesOverlappingTagRangesOfManyRows) {
  builder b;
  std::vector<weir_tag> tags;
  constexpr std::uint32_t many = 60000;
  tags.reserve(many);
  for (std::uint32_t i = 0; i < many; ++i) {
    tags.push_back({b.strings().intern(std::to_string(100000 + i)), 0});
  }
  const std::uint32_t range = b.add_tags(tags.data(), 60000);
  for (std::uint32_t i = 0; i < 30000; ++i) {
    b.add_row(0, range + i, 30000, 1, 0);
    *b.fields(1) = {0, WEIR_I64, 0, 0, {1}};
  }
  block_memory m(b.bytes());
  b.seal(m.data());
  EXPECT_STREQ(validate(m.data(), m.size()), "tag ranges overlap");
}

}  // namespace
}  // namespace weir
