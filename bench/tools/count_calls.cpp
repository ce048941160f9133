// Counts what a program takes from the allocator, while it runs: preloaded, it stands before the C library's own.
//
//   LD_PRELOAD=libcount_allocations.so WEIR_BENCH_ALLOCATIONS=FILE program
//
// FILE holds two numbers of eight bytes that go on growing, and can be read at any time: how often memory was taken
// (malloc and its relatives, and with them operator new), and how many bytes.
//
// Threads    Any: the numbers are atomic and shared. They slow the program down, so its CPU means nothing.
// Limits     glibc, whose own functions do the work; what is mapped directly does not count.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the C library's names for its own
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t n, std::size_t bytes);
void* __libc_realloc(void* old, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace {

struct Counts {
  std::atomic<std::uint64_t> times, bytes;
};
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables): the first allocations come before anything could be
// handed to them
Counts before_main;
std::atomic<Counts*> counts{&before_main};
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

void count(std::size_t bytes) {
  Counts* to = counts.load(std::memory_order_relaxed);
  to->times.fetch_add(1, std::memory_order_relaxed);
  to->bytes.fetch_add(bytes, std::memory_order_relaxed);
}

// Before main: then there is one thread, and the environment is as it was given.
__attribute__((constructor)) void share() {
  const char* file =
      std::getenv("WEIR_BENCH_ALLOCATIONS");  // NOLINT(concurrency-mt-unsafe): one thread
  if (file == nullptr) return;
  const int fd = ::open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0 || ::ftruncate(fd, sizeof(Counts)) != 0) return;
  void* shared = ::mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  if (shared != MAP_FAILED) counts.store(static_cast<Counts*>(shared), std::memory_order_relaxed);
}

}  // namespace

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): stdlib.h has reserved names
extern "C" {

void* malloc(std::size_t bytes) {
  count(bytes);
  return __libc_malloc(bytes);
}
void* calloc(std::size_t n, std::size_t bytes) {
  count(n * bytes);
  return __libc_calloc(n, bytes);
}
void* realloc(void* old, std::size_t bytes) {
  count(bytes);
  return __libc_realloc(old, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) {
  count(bytes);
  return __libc_memalign(alignment, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  count(bytes);
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** out, std::size_t alignment, std::size_t bytes) {
  count(bytes);
  *out = __libc_memalign(alignment, bytes);
  return *out == nullptr ? ENOMEM : 0;
}
}  // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
