#include <cstdlib>

#include <weir/editor.hpp>
#include <weir/testing/harmed_batch.hpp>
#include <weir/validate.hpp>

// What validate() lets pass must be safe to read and to edit, and stay a batch while it is edited: the buffers have
// exactly the size that is used, so a sanitizer sees every step outside.
//
// Input  As in harmed_batch.hpp.

namespace weir {
namespace {

using testing::block_memory;
using testing::lines;

constexpr std::uint64_t edited_bytes_max = 1U << 22;

class Buffers final : public buffer_source {
 public:
  weir_buf get(std::uint64_t bytes) override {
    if (bytes > edited_bytes_max) std::abort();  // an edit of a small block cannot need that
    weir_buf b{};
    b.size = sizeof b;
    b.cap = bytes;
    b.data = static_cast<std::uint8_t*>(::operator new(bytes, std::align_val_t{64}));
    return b;
  }
  void put(weir_buf& b) noexcept override { ::operator delete(b.data, std::align_val_t{64}); }
};

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
  const weir::testing::block_memory m = weir::testing::harmed_batch(data, size);
  if (weir::validate(m.data(), m.size()) != nullptr) return 0;
  weir::read_all(m.head());
  if (m.head()->signal != WEIR_SIG_METRIC) return 0;
  weir::edit_block(m, false);
  weir::edit_block(m, true);
  return 0;
}
