#include "plugins/inputs/system/dmi.hpp"

#include "plugins/common/procfs/file.hpp"
#include "plugins/common/procfs/text.hpp"

namespace weir::system_input {
namespace {

constexpr std::string_view unknown = "unknown";

constexpr std::string_view fields =
    "bios_date bios_vendor bios_version board_asset_tag board_product board_serial board_vendor "
    "board_version chassis_asset_tag chassis_serial chassis_type_code chassis_vendor "
    "chassis_version "
    "product_family product_name product_serial product_sku product_uuid product_vendor "
    "product_version";

// From the code 1 on.
constexpr std::string_view chassis_types =
    "Other,Unknown,Desktop,Low profile desktop,Pizza box,Mini tower,Tower,Portable,Laptop,Notebook,"
    "Hand held,Docking station,All in one,Sub notebook,Space-saving,Lunch box,Main server chassis,"
    "Expansion chassis,SubChassis,Bus Expansion chassis,Peripheral chassis,RAID chassis,"
    "Rack mount chassis,Sealed-case PC,Multi-system chassis,Compact PCI,Advanced TCA,Blade,"
    "Blade enclosure,Tablet,Convertible,Detachable,IoT gateway,Embedded PC,Mini PC,Stick PC";

// The kernel names most files like the fields.
std::string_view file_of(std::string_view field) {
  if (field == "board_product") return "board_name";
  if (field == "chassis_type_code") return "chassis_type";
  return field == "product_vendor" ? "sys_vendor" : field;
}

std::string read_item(const std::string& path) {
  procfs::File file(path, false);
  std::string_view text;
  return std::string(file.try_read(text) == 0 ? procfs::trim(text) : unknown);
}

}  // namespace

std::string_view chassis_type(std::string_view code) {
  std::size_t number = 0;
  if (code.starts_with('0') || !procfs::to_number(code, number)) return unknown;
  std::string_view types = chassis_types;
  for (; number > 1 && !types.empty(); --number) procfs::take_until(types, ',');
  return types.empty() ? unknown : procfs::take_until(types, ',');
}

Texts read_dmi(const procfs::Roots& roots) {
  const std::string folder = procfs::join(roots.sys, "class/dmi/id/");
  Texts texts;
  for (std::string_view rest = fields; !rest.empty();) {
    const std::string_view field = procfs::take_until(rest, ' ');
    texts.emplace_back(field, read_item(procfs::concat({folder, file_of(field)})));
    if (field != "chassis_type_code") continue;
    std::string type(chassis_type(texts.back().second));
    texts.emplace_back("chassis_type", std::move(type));
  }
  return texts;
}

}  // namespace weir::system_input
