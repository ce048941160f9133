#include "sdk/check/elf_file.hpp"

#include <elf.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include <weir/abi.h>

#include "sdk/check/mapped_file.hpp"

namespace weir::check {
namespace {

#if defined(__x86_64__)
constexpr std::uint16_t our_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t our_machine = EM_AARCH64;
#elif defined(__riscv)
constexpr std::uint16_t our_machine = EM_RISCV;
#elif defined(__powerpc64__)
constexpr std::uint16_t our_machine = EM_PPC64;
#elif defined(__s390x__)
constexpr std::uint16_t our_machine = EM_S390;
#else
#error "say which ELF machine this is"
#endif

std::string machine_name(std::uint16_t machine) {
  switch (machine) {
    case EM_386: return "i386";
    case EM_X86_64: return "x86-64";
    case EM_ARM: return "arm";
    case EM_AARCH64: return "aarch64";
    case EM_RISCV: return "riscv";
    case EM_PPC64: return "ppc64";
    case EM_S390: return "s390x";
    default: return "machine " + std::to_string(machine);
  }
}

std::string broken(const char* what) { return std::string("is damaged: ") + what; }

class ElfReader {
 public:
  explicit ElfReader(std::string_view bytes) : bytes_(bytes) {}

  ElfFile run() {
    using Step = std::string (ElfReader::*)();
    for (const Step step : {&ElfReader::identify, &ElfReader::header, &ElfReader::segments,
                            &ElfReader::dynamic, &ElfReader::symbols}) {
      file_.why = (this->*step)();
      if (!file_.why.empty()) break;
    }
    return std::move(file_);
  }

 private:
  // More are not met in practice; a file that claims more is not worth the work.
  static constexpr std::uint16_t segments_max = 256;
  static constexpr std::uint64_t symbols_max = 1U << 20;

  [[nodiscard]] bool is_inside(std::uint64_t offset, std::uint64_t n) const {
    return offset <= bytes_.size() && n <= bytes_.size() - offset;
  }
  [[nodiscard]] std::string cut_off() const {
    return "is cut off: it says it is longer than its " + std::to_string(bytes_.size()) + " bytes";
  }
  template <typename T>
  bool read(std::uint64_t offset, T& out) const {
    if (!is_inside(offset, sizeof(T))) return false;
    std::memcpy(&out, bytes_.data() + offset, sizeof(T));
    return true;
  }

  std::string identify() {
    if (!bytes_.starts_with(ELFMAG)) return "is not a shared object";
    if (bytes_.size() < EI_NIDENT) return broken("it ends inside its header");
    if (bytes_[EI_CLASS] != ELFCLASS64) return "is not a 64-bit object, as this agent is";
    constexpr char ours = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
    if (bytes_[EI_DATA] != ours) return "has another byte order than this machine";
    return {};
  }

  std::string header() {
    if (!read(0, header_)) return broken("it ends inside its header");
    if (header_.e_machine != our_machine) {
      return "is built for " + machine_name(header_.e_machine) + ", this agent runs on " +
             machine_name(our_machine);
    }
    if (header_.e_type != ET_DYN) return "is an object of another kind than a shared one";
    if (header_.e_phentsize != sizeof(Elf64_Phdr) || header_.e_phnum > segments_max) {
      return broken("its program headers are of another size");
    }
    // They stand at the end, are not needed to load the file, and tell that the end is missing.
    const std::uint64_t section_bytes = std::uint64_t{header_.e_shnum} * header_.e_shentsize;
    return is_inside(header_.e_shoff, section_bytes) ? std::string() : cut_off();
  }

  std::string segments() {
    for (std::uint16_t i = 0; i < header_.e_phnum; ++i) {
      Elf64_Phdr segment{};
      if (!read(header_.e_phoff + i * sizeof segment, segment)) {
        return broken("its program headers are outside the file");
      }
      if (!is_inside(segment.p_offset, segment.p_filesz)) return cut_off();
      if (segment.p_type == PT_LOAD) loads_.push_back(segment);
      if (segment.p_type == PT_DYNAMIC) dynamic_ = segment;
      if (segment.p_type == PT_GNU_STACK) file_.executable_stack = (segment.p_flags & PF_X) != 0;
    }
    if (dynamic_.p_type != PT_DYNAMIC) return "is not a shared object: it has no dynamic section";
    return {};
  }

  std::string dynamic() {
    const std::uint64_t n = dynamic_.p_filesz / sizeof(Elf64_Dyn);
    for (std::uint64_t i = 0; i < n; ++i) {
      Elf64_Dyn entry{};
      if (!read(dynamic_.p_offset + i * sizeof entry, entry)) {
        return broken("its dynamic section is outside the file");
      }
      if (entry.d_tag == DT_NULL) break;
      take(entry);
    }
    if ((flags_1_ & DF_1_PIE) != 0) return "is a program, not a shared object";
    return {};
  }
  void take(const Elf64_Dyn& entry) {
    switch (entry.d_tag) {
      case DT_SYMTAB: symbols_at_ = offset_of(entry.d_un.d_ptr); break;
      case DT_STRTAB: strings_at_ = offset_of(entry.d_un.d_ptr); break;
      case DT_STRSZ: strings_bytes_ = entry.d_un.d_val; break;
      case DT_HASH: hash_at_ = offset_of(entry.d_un.d_ptr); break;
      case DT_GNU_HASH: gnu_hash_at_ = offset_of(entry.d_un.d_ptr); break;
      case DT_FLAGS_1: flags_1_ = entry.d_un.d_val; break;
      case DT_TEXTREL: file_.text_relocations = true; break;
      default: break;
    }
  }
  // Where in the file an address will come from.
  [[nodiscard]] std::optional<std::uint64_t> offset_of(std::uint64_t address) const {
    for (const Elf64_Phdr& load : loads_) {
      if (address >= load.p_vaddr && address - load.p_vaddr < load.p_filesz) {
        return load.p_offset + (address - load.p_vaddr);
      }
    }
    return std::nullopt;
  }

  std::string symbols() {
    const auto count = symbol_count();
    if (!symbols_at_ || !strings_at_ || !count) {
      return broken("its table of symbols cannot be found");
    }
    for (std::uint64_t i = 1; i < *count; ++i) {  // The first entry is none.
      Elf64_Sym symbol{};
      if (!read(*symbols_at_ + i * sizeof symbol, symbol)) {
        return broken("its symbols are outside the file");
      }
      if (!is_export(symbol)) continue;
      if (ELF64_ST_BIND(symbol.st_info) == STB_GNU_UNIQUE) file_.unique_symbols = true;
      const auto name = string_at(*strings_at_, symbol.st_name);
      if (!name) return broken("the name of a symbol is outside the file");
      file_.exports.emplace_back(*name);
    }
    return {};
  }
  static bool is_export(const Elf64_Sym& symbol) {
    const unsigned bind = ELF64_ST_BIND(symbol.st_info);
    const unsigned visibility = ELF64_ST_VISIBILITY(symbol.st_other);
    const bool seen = visibility == STV_DEFAULT || visibility == STV_PROTECTED;
    return bind != STB_LOCAL && seen && symbol.st_shndx != SHN_UNDEF;
  }
  [[nodiscard]] std::optional<std::string_view> string_at(std::uint64_t table_at,
                                                          std::uint64_t index) const {
    if (index >= strings_bytes_ || table_at > bytes_.size()) return std::nullopt;
    const std::string_view table = bytes_.substr(table_at, strings_bytes_);
    if (index >= table.size()) return std::nullopt;
    const std::size_t end = table.find('\0', index);
    if (end == std::string_view::npos) return std::nullopt;
    return table.substr(index, end - index);
  }

  // No field says how many symbols there are; the hash tables know.
  [[nodiscard]] std::optional<std::uint64_t> symbol_count() const {
    if (gnu_hash_at_) return gnu_count(*gnu_hash_at_);
    std::uint32_t count = 0;  // The second word of the older table.
    if (!hash_at_ || !read(*hash_at_ + 4, count) || count > symbols_max) return std::nullopt;
    return count;
  }
  struct GnuHash {
    std::uint32_t buckets, first, bloom_words, bloom_shift;
  };
  // The chain that begins last ends with the last symbol.
  [[nodiscard]] std::optional<std::uint64_t> gnu_count(std::uint64_t at) const {
    GnuHash table{};
    if (!read(at, table) || table.buckets > symbols_max) return std::nullopt;
    const std::uint64_t buckets_at = at + sizeof table + std::uint64_t{table.bloom_words} * 8;
    std::uint64_t last = 0;
    for (std::uint32_t i = 0; i < table.buckets; ++i) {
      std::uint32_t head = 0;
      if (!read(buckets_at + i * 4ULL, head)) return std::nullopt;
      last = std::max<std::uint64_t>(last, head);
    }
    if (last < table.first) return table.first;
    const std::uint64_t chains_at = buckets_at + std::uint64_t{table.buckets} * 4;
    for (; last < symbols_max; ++last) {
      std::uint32_t hash = 0;
      if (!read(chains_at + (last - table.first) * 4, hash)) return std::nullopt;
      if ((hash & 1U) != 0) return last + 1;
    }
    return std::nullopt;
  }

  std::string_view bytes_;
  Elf64_Ehdr header_{};
  Elf64_Phdr dynamic_{};
  std::vector<Elf64_Phdr> loads_;
  std::optional<std::uint64_t> symbols_at_, strings_at_, hash_at_, gnu_hash_at_;
  std::uint64_t strings_bytes_{0}, flags_1_{0};
  ElfFile file_;
};

// A few names are enough to see what happened.
std::string list_of(const std::vector<std::string>& names) {
  constexpr std::size_t shown_max = 3;
  std::string list;
  for (std::size_t i = 0; i < std::min(names.size(), shown_max); ++i) {
    list += (i == 0 ? "" : ", ") + names[i].substr(0, 80);
  }
  return names.size() > shown_max ? list + ", ..." : list;
}

std::string check_exports(const ElfFile& file) {
  std::vector<std::string> others, entries;
  for (const std::string& name : file.exports) {
    if (name != WEIR_ENTRY_SYMBOL) others.push_back(name);
    if (name.starts_with("weir_module_v")) entries.push_back(name);
  }
  if (others.size() < file.exports.size()) {
    if (others.empty()) return {};
    return "exports more than " WEIR_ENTRY_SYMBOL " (" + std::to_string(others.size()) + ": " +
           list_of(others) +
           "), which may bind to other modules: link it with the version script of the SDK";
  }
  if (entries.empty()) return "exports no " WEIR_ENTRY_SYMBOL ": it is not a module of this agent";
  return "is a module for another contract: it exports " + list_of(entries) +
         ", this agent calls " WEIR_ENTRY_SYMBOL
         ": use the agent or the module of the other version";
}

}  // namespace

ElfFile read_elf(std::string_view bytes) { return ElfReader(bytes).run(); }

std::string check_image(const ElfFile& file) {
  if (!file.why.empty()) return file.why;
  if (std::string why = check_exports(file); !why.empty()) return why;
  if (file.unique_symbols) {
    return "has symbols that all modules would share: compile it with -fno-gnu-unique";
  }
  if (file.text_relocations) return "has relocations in its code: compile it with -fPIC";
  if (file.executable_stack) return "wants an executable stack: link it with -z noexecstack";
  return {};
}

std::string check_file(const std::string& path) {
  const MappedFile file(path);
  return check_image(read_elf(file.bytes()));
}

}  // namespace weir::check
