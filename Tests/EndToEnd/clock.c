// Moves the wall clock of a process: ahead by ASSAY_TEST_DAYS days, so that a log grows old at once,
// and while it runs by the seconds in the file ASSAY_TEST_CLOCK (eight bytes), as somebody who sets
// the clock does.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *seconds(void) {
  static volatile int64_t *mapped;
  static int looked;
  if (looked) return mapped;
  const char *path = getenv("ASSAY_TEST_CLOCK");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file >= 0) {
    void *memory = mmap(0, 8, PROT_READ, MAP_SHARED, file, 0);
    if (memory != MAP_FAILED) mapped = memory;
    close(file);
  }
  looked = 1;
  return mapped;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = (int)syscall(SYS_clock_gettime, clock, time);
  if (result != 0 || clock != CLOCK_REALTIME) return result;
  const char *days = getenv("ASSAY_TEST_DAYS");
  if (days) time->tv_sec += 86400L * atol(days);
  volatile int64_t *step = seconds();
  if (step) time->tv_sec += *step;
  return result;
}
