#include "plugins/inputs/system/dmi.hpp"

#include <map>

#include <gtest/gtest.h>

#include "tests/support/host_tree.hpp"

namespace weir::system_input {
namespace {

std::map<std::string_view, std::string> dmi_of(const test::HostTree& tree) {
  std::map<std::string_view, std::string> all;
  for (auto& [field, text] : read_dmi(tree.roots())) all[field] = text;
  return all;
}

TEST(Dmi, IsReadFromSysfs) {
  const test::HostTree tree;
  tree.write("sys/class/dmi/id/board_name", "0X3D66\n");
  tree.write("sys/class/dmi/id/sys_vendor", "Dell Inc. \n");
  tree.write("sys/class/dmi/id/chassis_type", "23\n");
  tree.write("sys/class/dmi/id/chassis_version", "\n");
  auto dmi = dmi_of(tree);
  EXPECT_EQ(dmi.size(), 21U);
  EXPECT_EQ(dmi["board_product"], "0X3D66");
  EXPECT_EQ(dmi["product_vendor"], "Dell Inc.");
  EXPECT_EQ(dmi["chassis_type_code"], "23");
  EXPECT_EQ(dmi["chassis_type"], "Rack mount chassis");
  EXPECT_EQ(dmi["chassis_version"], "");
  EXPECT_EQ(dmi["product_serial"], "unknown");
}

TEST(Dmi, IsUnknownWhereThereIsNone) {
  const test::HostTree tree;
  for (const auto& [field, text] : dmi_of(tree)) EXPECT_EQ(text, "unknown") << field;
}

TEST(Chassis, HasAWordForEveryCode) {
  EXPECT_EQ(chassis_type("1"), "Other");
  EXPECT_EQ(chassis_type("36"), "Stick PC");
  for (const char* code : {"0", "37", "01", "", "x", "-1"}) {
    EXPECT_EQ(chassis_type(code), "unknown") << code;
  }
}

}  // namespace
}  // namespace weir::system_input
