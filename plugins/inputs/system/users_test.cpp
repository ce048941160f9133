#include "plugins/inputs/system/users.hpp"

#include <utmp.h>

#include <cstring>
#include <string>

#include <gtest/gtest.h>

namespace weir::system_input {
namespace {

std::string record(short type, std::string_view user) {
  struct utmp made{};
  made.ut_type = type;
  std::memcpy(made.ut_user, user.data(), std::min(user.size(), sizeof made.ut_user));
  return {reinterpret_cast<const char*>(&made), sizeof made};
}

TEST(Users, AreSessionsAndNames) {
  const std::string utmp = record(BOOT_TIME, "reboot") + record(USER_PROCESS, "root") +
                           record(USER_PROCESS, "ann") + record(DEAD_PROCESS, "bob") +
                           record(USER_PROCESS, "root");
  EXPECT_EQ(users_in(utmp).sessions, 3);
  EXPECT_EQ(users_in(utmp).names, 2);
}

TEST(Users, MayHaveNamesThatFillTheirField) {
  const std::string utmp = record(USER_PROCESS, std::string(40, 'a')) +
                           record(USER_PROCESS, std::string(32, 'a')) +
                           record(USER_PROCESS, std::string(31, 'a'));
  EXPECT_EQ(users_in(utmp).sessions, 3);
  EXPECT_EQ(users_in(utmp).names, 2);
}

TEST(Users, AreOfWholeRecords) {
  EXPECT_EQ(users_in("").sessions, 0);
  std::string cut = record(USER_PROCESS, "a") + record(USER_PROCESS, "b");
  cut.pop_back();
  EXPECT_EQ(users_in(cut).sessions, 1);
}

}  // namespace
}  // namespace weir::system_input
