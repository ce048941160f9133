#include <weir/editor.hpp>
#include <weir/validate.hpp>

#include <cstdlib>

#include <weir/testing/lines.hpp>

// What validate() lets pass must be safe to read and to edit, and stay a batch while it is edited: the buffers have
// exactly the size that is used, so a sanitizer sees every step outside.
//
// Input  Its first byte chooses a sound batch, the others harm it in triples: offset (2 bytes), new byte. An input
//        that begins like a batch is taken as it is.

namespace weir {
namespace {

using testing::block_memory;
using testing::lines;

constexpr std::uint64_t bytes_max = 1U << 16;

class Buffers final : public buffer_source {
 public:
  weir_buf get(std::uint64_t bytes) override {
    if (bytes > bytes_max * 64) std::abort();  // an edit of a small block cannot need that
    weir_buf b{};
    b.size = sizeof b;
    b.cap = bytes;
    b.data = static_cast<std::uint8_t*>(::operator new(bytes, std::align_val_t{64}));
    return b;
  }
  void put(weir_buf& b) noexcept override { ::operator delete(b.data, std::align_val_t{64}); }
};

block_memory shared_ranges() {
  builder b;
  string_table& s = b.strings();
  const weir_tag tags[] = {{s.intern("a"), s.intern("1")}, {s.intern("b"), s.intern("2")}, {s.intern("c"), s.intern("1")}};
  const std::uint32_t one = b.add_tags(tags, 3);
  const std::uint32_t two = b.add_tags(tags + 1, 2);
  for (std::uint32_t i = 0; i < 8; ++i) {
    b.add_row(s.intern("m"), i % 3 == 0 ? two : one, i % 3 == 0 ? 2 : 3, 2, i);
    weir_field* f = b.fields(2);
    f[0] = {s.intern("f"), WEIR_I64, 0, 0, {i}};
    f[1] = {s.intern("g"), WEIR_STRING, 0, 0, {}};
    f[1].v.str = s.store("text");
  }
  block_memory m(b.bytes());
  b.seal(m.data());
  return m;
}
block_memory sound(std::uint8_t choice) {
  switch (choice % 4) {
    case 0: return shared_ranges();
    case 1: return testing::make_batch({R"(raw stream session=1 "one" t=v)", R"(raw record session=2 last "two")"}, 0);
    case 2: return testing::make_batch({}, 0);
    default: return testing::make_batch({"m,a=1,b=2 i=1i,u=2u,f=0.5,b=t,s=\"x\" 5", "n i=1i", "m,a=1 s=\"yy\" 6 gauge"}, 0);
  }
}
block_memory exact(const void* from, std::size_t n) {
  block_memory m(n);
  if (n != 0) std::memcpy(m.data(), from, n);
  return m;
}
block_memory harmed(const std::uint8_t* data, std::size_t size) {
  if (size >= 4 && std::memcmp(data, "WEIR", 4) == 0) return exact(data, std::min(size, bytes_max));
  const block_memory base = sound(size == 0 ? 0 : data[0]);
  block_memory m = exact(base.data(), base.head()->total);
  for (std::size_t i = 1; i + 3 <= size; i += 3) {
    const std::size_t at = (data[i] | std::size_t{data[i + 1]} << 8) % m.size();
    m.data()[at] = data[i + 2];
  }
  return m;
}

// Every text is read to its end.
void read_all(const weir_batch* head) {
  std::size_t n = 0;
  for (const std::string& l : testing::print(batch(head), {true, true})) n += l.size();
  if (n == 1) std::abort();  // no row is that short: keeps the loop
}

const std::string* with_x(std::string_view s) {
  static std::string made;
  made = std::string(s) + "x";
  return s.size() > 40 ? nullptr : &made;
}

void edit_all(editor& e) {
  e.each_name(with_x);
  e.each_tag_key(with_x);
  e.each_tag_value("", with_x);
  e.each_field_key(with_x);
  e.add_tag("added", "tag", true);
  e.each_field_keys([](field_keys& keys) {
    if (keys.size() > 1) keys.remove(0);
  });
  e.each_tag_keys([](tag_keys& keys) {
    if (keys.size() > 1) keys.remove(0);
  });
  const std::uint32_t rows = std::min<std::uint32_t>(e.head().n_rows, 50);
  for (std::uint32_t r = 0; r < rows; ++r) {
    if (!e.selected(r)) continue;
    e.set_tag(r, "k", "v");
    e.set_field(r, "new", 1);
    e.remove_field(r, 0);
    e.append_copy(e.at(r));
    if (r % 3 == 0) e.drop(r);
  }
  e.finish();
}

void edit_block(const block_memory& m, bool with_mask) {
  Buffers buffers;
  weir_buf buf = buffers.get(m.size());
  std::memcpy(buf.data, m.data(), m.size());
  const std::uint32_t n = m.head()->n_rows;
  std::vector<std::uint64_t> keep(words(n) + 1, ~std::uint64_t{0});
  const std::vector<std::uint64_t> mask(words(n) + 1, 0x5555555555555555ULL);
  {
    editor e(&buf, with_mask ? mask.data() : nullptr, 0, n, keep.data(), &buffers);
    edit_all(e);
  }
  if (validate(buf.data, buf.cap) != nullptr) std::abort();
  read_all(reinterpret_cast<const weir_batch*>(buf.data));
  buffers.put(buf);
}

}  // namespace
}  // namespace weir

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const block_memory m = harmed(data, size);
  if (validate(m.data(), m.size()) != nullptr) return 0;
  read_all(m.head());
  if (m.head()->signal != WEIR_SIG_METRIC) return 0;
  edit_block(m, false);
  edit_block(m, true);
  return 0;
}
