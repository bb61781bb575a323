// Moves the wall clock of a process ahead by ASSAY_TEST_DAYS days, so that a log grows old at once.
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = (int)syscall(SYS_clock_gettime, clock, time);
  const char *days = getenv("ASSAY_TEST_DAYS");
  if (result == 0 && clock == CLOCK_REALTIME && days) time->tv_sec += 86400L * atol(days);
  return result;
}
