#include <cstdlib>
#include <vector>

#include <weir/testing/harmed_batch.hpp>
#include <weir/validate.hpp>

#include "core/batch/rows.hpp"

// Whatever validate() lets pass can be merged, compacted and copied, and is a batch again afterwards.
//
// Input  As in harmed_batch.hpp.

namespace {

using weir::testing::block_memory;

void check(const weir::Merge& plan) {
  const block_memory out(plan.bytes());
  const std::uint32_t used = plan.write(out.data());
  if (used > out.size() || out.head()->n_rows != plan.rows()) std::abort();
  if (weir::validate(out.data(), used) != nullptr) std::abort();
}

void copy(const weir_batch& b) {
  const block_memory out(weir::copy_bytes(b));
  const std::uint32_t used = weir::copy_with_slack(b, out.data());
  if (used > out.size() || weir::validate(out.data(), used) != nullptr) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const block_memory m = weir::testing::harmed_batch(data, size);
  if (weir::validate(m.data(), m.size()) != nullptr) return 0;
  const weir_batch& b = *m.head();
  const std::vector<std::uint64_t> few(weir::words(b.n_rows) + 1, 0x8080808080808080ULL);
  const std::vector<weir::Selection> all{
      weir::whole(b), {&b, few.data(), 0, b.n_rows}, weir::whole(b)};
  check(weir::Merge(all));
  check(weir::Merge(all[1], weir::Room::slack));
  check(weir::Merge(all[0]));
  copy(b);
  return 0;
}
