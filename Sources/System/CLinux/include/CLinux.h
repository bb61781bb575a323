// What Swift's Glibc overlay leaves out: epoll, eventfd, futexes, C11 atomics on raw memory,
// prefetch and the CRC32C instruction. Inline functions only; no policy lives here.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdbool.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

extern int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
extern long syscall(long number, ...);
extern int fallocate(int fd, int mode, off_t offset, off_t length);

static inline uint32_t clinux_exchange32(uint32_t *word, uint32_t value) { return __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST); }
static inline void clinux_store32(uint32_t *word, uint32_t value) { __atomic_store_n(word, value, __ATOMIC_SEQ_CST); }

// Sleeps while *word == value; timeout_ns < 0 waits for ever.
static inline int clinux_futex_wait(uint32_t *word, uint32_t value, int64_t timeout_ns) {
  struct timespec timeout = { .tv_sec = timeout_ns / 1000000000, .tv_nsec = timeout_ns % 1000000000 };
  return (int)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, timeout_ns < 0 ? NULL : &timeout, NULL, 0);
}
static inline int clinux_futex_wake(uint32_t *word) {
  return (int)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static inline void clinux_prefetch(const void *address) { __builtin_prefetch(address); }

static inline void clinux_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
// SIGTERM when the thread that started this process ends.
static inline void clinux_end_with_parent(void) { prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0); }
static inline void clinux_nice_thread(int nice) { setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), nice); }
// Whether a file that has no name any more is open nowhere else: the kernel gives a lease then.
bool clinux_opened_alone(int descriptor);

static inline bool clinux_has_crc32c(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("sse4.2");
#else
  return false;
#endif
}
// One hardware step over whole 8-byte words; call only where clinux_has_crc32c() is true.
#if defined(__x86_64__)
__attribute__((target("sse4.2")))
#endif
static inline uint32_t clinux_crc32c_words(uint32_t crc, const void *bytes, size_t words) {
#if defined(__x86_64__)
  uint64_t state = crc;
  const unsigned char *cursor = (const unsigned char *)bytes;
  for (size_t i = 0; i < words; i++) {
    uint64_t word;
    memcpy(&word, cursor + 8 * i, 8);
    state = __builtin_ia32_crc32di(state, word);
  }
  return (uint32_t)state;
#else
  (void)bytes; (void)words;
  return crc;
#endif
}
// The same over three neighbouring stretches at once: the processor starts a step each cycle, but
// ends it two cycles later. The first goes on from `crc`, the others start from 0.
struct clinux_crc32c_states { uint32_t first, second, third; };
#if defined(__x86_64__)
__attribute__((target("sse4.2")))
#endif
static inline struct clinux_crc32c_states clinux_crc32c_three(uint32_t crc, const void *bytes, size_t words) {
#if defined(__x86_64__)
  uint64_t first = crc, second = 0, third = 0;
  const unsigned char *cursor = (const unsigned char *)bytes;
  for (size_t i = 0; i < words; i++) {
    uint64_t a, b, c;
    memcpy(&a, cursor + 8 * i, 8);
    memcpy(&b, cursor + 8 * (words + i), 8);
    memcpy(&c, cursor + 8 * (2 * words + i), 8);
    first = __builtin_ia32_crc32di(first, a);
    second = __builtin_ia32_crc32di(second, b);
    third = __builtin_ia32_crc32di(third, c);
  }
  return (struct clinux_crc32c_states){ (uint32_t)first, (uint32_t)second, (uint32_t)third };
#else
  (void)bytes; (void)words;
  return (struct clinux_crc32c_states){ crc, 0, 0 };
#endif
}
