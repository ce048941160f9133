#include "sdk/check/elf_file.hpp"

#include <elf.h>

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace weir::check {
namespace {

std::string module_bytes(const std::string& name) {
  std::ifstream in(std::string(WEIR_TEST_MODULES) + "/" + name + ".so", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string why_not(std::string_view bytes) { return check_image(read_elf(bytes)); }

class ElfFileTest : public testing::Test {
 protected:
  std::string bytes_ = module_bytes("good");
  void set_u16(std::size_t at, std::uint16_t v) {
    bytes_.replace(at, 2, reinterpret_cast<const char*>(&v), 2);
  }
};

TEST_F(ElfFileTest, SeesTheExportsOfAModule) {
  const ElfFile file = read_elf(bytes_);
  EXPECT_EQ(file.exports, std::vector<std::string>{"weir_module_v0"});
  EXPECT_EQ(check_image(file), "");
}

TEST_F(ElfFileTest, RefusesOtherFormats) {
  EXPECT_EQ(why_not(""), "is not a shared object");
  EXPECT_EQ(why_not("#!/bin/sh\n"), "is not a shared object");
  EXPECT_EQ(why_not("\x7f"
                    "ELF"),
            "is damaged: it ends inside its header");
  bytes_[EI_CLASS] = ELFCLASS32;
  EXPECT_EQ(why_not(bytes_), "is not a 64-bit object, as this agent is");
}

TEST_F(ElfFileTest, RefusesOtherMachines) {
  set_u16(offsetof(Elf64_Ehdr, e_machine), EM_S390);
  EXPECT_TRUE(why_not(bytes_).starts_with("is built for s390x, this agent runs on "));
  bytes_ = module_bytes("good");
  bytes_[EI_DATA] = bytes_[EI_DATA] == ELFDATA2LSB ? ELFDATA2MSB : ELFDATA2LSB;
  EXPECT_EQ(why_not(bytes_), "has another byte order than this machine");
}

TEST_F(ElfFileTest, RefusesObjectsOfOtherKinds) {
  set_u16(offsetof(Elf64_Ehdr, e_type), ET_REL);
  EXPECT_EQ(why_not(bytes_), "is an object of another kind than a shared one");
  std::ifstream program("/proc/self/exe", std::ios::binary);
  EXPECT_EQ(why_not(std::string(std::istreambuf_iterator<char>(program), {})),
            "is a program, not a shared object");
}

// Goal: wherever a download or a copy stopped, the file is refused before it is mapped and run.
TEST_F(ElfFileTest, RefusesCutFiles) {
  for (const std::size_t n :
       {std::size_t{20}, std::size_t{63}, std::size_t{64}, std::size_t{200}, bytes_.size() / 2}) {
    EXPECT_NE(why_not(std::string_view(bytes_).substr(0, n)), "") << n;
  }
  EXPECT_TRUE(
      why_not(std::string_view(bytes_).substr(0, bytes_.size() - 1)).starts_with("is cut off"));
}

TEST_F(ElfFileTest, RefusesWrongExports) {
  EXPECT_EQ(why_not(module_bytes("no_symbol")),
            "exports no weir_module_v0: it is not a module of this agent");
  EXPECT_EQ(why_not(module_bytes("other_contract")),
            "is a module for another contract: it exports weir_module_v9, this agent calls "
            "weir_module_v0: "
            "use the agent or the module of the other version");
  EXPECT_EQ(why_not(module_bytes("extra_export")),
            "exports more than weir_module_v0 (1: helper), which may bind to other modules: "
            "link it with the version script of the SDK");
}

TEST(CheckImage, ShortensLongLists) {
  ElfFile file;
  file.exports = {"weir_module_v0", "a", "b", "c", "d"};
  EXPECT_NE(check_image(file).find("(4: a, b, c, ...)"), std::string::npos);
}

TEST(CheckImage, RefusesWhatMakesTheProcessLessSafe) {
  ElfFile good;
  good.exports = {"weir_module_v0"};
  EXPECT_EQ(check_image(good), "");
  ElfFile file = good;
  file.unique_symbols = true;
  EXPECT_NE(check_image(file).find("-fno-gnu-unique"), std::string::npos);
  file = good;
  file.text_relocations = true;
  EXPECT_NE(check_image(file).find("-fPIC"), std::string::npos);
  file = good;
  file.executable_stack = true;
  EXPECT_NE(check_image(file).find("executable stack"), std::string::npos);
}

}  // namespace
}  // namespace weir::check
