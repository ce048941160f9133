#include "plugins/inputs/system/users.hpp"

#include <utmp.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>

namespace weir::system_input {
namespace {

// Takes one record off the front.
bool take_record(std::string_view& utmp, struct utmp& record) {
  if (utmp.size() < sizeof record) return false;
  std::memcpy(&record, utmp.data(), sizeof record);
  utmp.remove_prefix(sizeof record);
  return true;
}

std::string_view name_of(std::string_view record) {
  const std::string_view name =
      record.substr(offsetof(struct utmp, ut_user), sizeof(utmp::ut_user));
  return name.substr(0, name.find('\0'));
}

}  // namespace

UserCounts users_in(std::string_view utmp) {
  std::vector<std::string_view> names;
  UserCounts counts;
  struct utmp record{};
  for (std::string_view here = utmp; take_record(utmp, record); here = utmp) {
    if (record.ut_type != USER_PROCESS) continue;
    ++counts.sessions;
    names.push_back(name_of(here));
  }
  std::sort(names.begin(), names.end());
  counts.names = std::unique(names.begin(), names.end()) - names.begin();
  return counts;
}

}  // namespace weir::system_input
