#include "plugins/outputs/discard/discard.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Discard, IsAnOutputThatTakesWhatItIsGiven) {
  const weir_module* module = weir_module_v0();
  ASSERT_NE(module->plugins[0], nullptr);
  const weir_plugin& plugin = *module->plugins[0];
  EXPECT_STREQ(plugin.name, "discard");
  EXPECT_EQ(plugin.kind, WEIR_OUTPUT);

  alignas(64) weir_batch empty{};
  empty.hdr_size = sizeof empty;
  weir_delivery in{};
  in.size = sizeof in;
  in.batch = &empty;
  weir_err err = weir::make_err();
  const auto* ops = static_cast<const weir_output_ops*>(plugin.kind_ops);
  weir::detail::instance<weir::discard::Discard> self(nullptr);
  EXPECT_EQ(ops->write(&self, &in, &err), WEIR_OK);
}

}  // namespace
