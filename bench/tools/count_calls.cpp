// Counts what a program takes from the allocator, and which locks, while it runs: preloaded, it stands before the C
// library's own functions.
//
//   LD_PRELOAD=libcount_calls.so WEIR_BENCH_COUNTS=FILE program
//
// Linked into a program it counts that one, which asks weir_bench_counts() (<weir/testing/counts.hpp>).
//
// FILE holds four numbers of eight bytes that go on growing, and can be read at any time: how often memory was taken
// (malloc and its relatives, and with them operator new), how many bytes, how often a lock was taken (mutexes, and
// with them std::mutex; those of C; read-write locks), and how often somebody else had it at that moment.
//
// Threads    Any: the numbers are atomic and shared. They slow the program down, so its CPU means nothing.
// Limits     glibc, whose own functions do the work; what is mapped directly does not count, nor what a
//            condition variable locks again when it wakes up, nor a lock in the kernel.

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <threads.h>

#include <weir/testing/counts.hpp>

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the C library's names for its own
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t n, std::size_t bytes);
void* __libc_realloc(void* old, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace {

using weir::testing::call_counts;

// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables): the first allocations come before anything could be
// handed to them
call_counts before_main;
std::atomic<call_counts*> counts{&before_main};
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

void count(std::size_t bytes) {
  call_counts* to = counts.load(std::memory_order_relaxed);
  to->allocations.fetch_add(1, std::memory_order_relaxed);
  to->bytes.fetch_add(bytes, std::memory_order_relaxed);
}

// The C library's function of a name, looked up at its first call.
template <typename F>
class Original {
 public:
  explicit constexpr Original(const char* name) : name_(name) {}
  F get() {
    void* at = at_.load(std::memory_order_relaxed);
    if (at == nullptr) {
      at = ::dlsym(RTLD_NEXT, name_);
      at_.store(at, std::memory_order_relaxed);
    }
    return reinterpret_cast<F>(at);
  }

 private:
  const char* const name_;
  std::atomic<void*> at_{nullptr};
};

// Takes a lock: by trying first, so that one is seen that somebody else has.
template <typename Lock>
int take(Lock* lock, int (*attempt)(Lock*), int (*wait)(Lock*), int busy = EBUSY) {
  call_counts* to = counts.load(std::memory_order_relaxed);
  to->locks.fetch_add(1, std::memory_order_relaxed);
  const int tried = attempt(lock);
  if (tried != busy) return tried;
  to->contended.fetch_add(1, std::memory_order_relaxed);
  return wait(lock);
}

using MutexCall = int (*)(pthread_mutex_t*);
using ReadWriteCall = int (*)(pthread_rwlock_t*);
using StandardCall = int (*)(mtx_t*);
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables): functions of a fixed form have no other place
constinit Original<MutexCall> mutex_lock{"pthread_mutex_lock"},
    mutex_trylock{"pthread_mutex_trylock"};
constinit Original<StandardCall> standard_lock{"mtx_lock"}, standard_trylock{"mtx_trylock"};
constinit Original<ReadWriteCall> read_lock{"pthread_rwlock_rdlock"},
    read_trylock{"pthread_rwlock_tryrdlock"}, write_lock{"pthread_rwlock_wrlock"},
    write_trylock{"pthread_rwlock_trywrlock"};
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

// Before main: then there is one thread, and the environment is as it was given.
__attribute__((constructor)) void share() {
  const char* file = std::getenv("WEIR_BENCH_COUNTS");  // NOLINT(concurrency-mt-unsafe): one thread
  if (file == nullptr) return;
  const int fd = ::open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0 || ::ftruncate(fd, sizeof(call_counts)) != 0) return;
  void* shared = ::mmap(nullptr, sizeof(call_counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  if (shared == MAP_FAILED) return;
  counts.store(static_cast<call_counts*>(shared), std::memory_order_relaxed);
}

}  // namespace

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): stdlib.h has reserved names
extern "C" {

const call_counts* weir_bench_counts() { return counts.load(std::memory_order_relaxed); }

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
int pthread_mutex_lock(pthread_mutex_t* mutex) {
  return take(mutex, mutex_trylock.get(), mutex_lock.get());
}
int mtx_lock(mtx_t* mutex) {
  return take(mutex, standard_trylock.get(), standard_lock.get(), thrd_busy);
}
int pthread_rwlock_rdlock(pthread_rwlock_t* lock) {
  return take(lock, read_trylock.get(), read_lock.get());
}
int pthread_rwlock_wrlock(pthread_rwlock_t* lock) {
  return take(lock, write_trylock.get(), write_lock.get());
}
}  // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
