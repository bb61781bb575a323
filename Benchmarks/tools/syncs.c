// A bare loop of write and fdatasync: what one durable answer costs at the very least.
// usage: syncs FILE SECONDS; prints the median and the 99th percentile in microseconds.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { page = 4096, pages = 16384, samples_max = 1 << 20 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int count, char **words) {
  static char bytes[page];
  static double samples[samples_max];
  if (count != 3) return 64;
  int file = open(words[1], O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (file < 0) return perror(words[1]), 1;
  for (int n = 0; n < pages; n++)
    if (write(file, bytes, page) != page) return perror("write"), 1;
  fdatasync(file);
  int taken = 0;
  double end = now() + atof(words[2]) * 1e6;
  for (double start = now(); start < end && taken < samples_max; start = now()) {
    memset(bytes, taken, page);
    if (pwrite(file, bytes, page, (off_t)(taken % pages) * page) != page) return perror("write"), 1;
    if (fdatasync(file) != 0) return perror("fdatasync"), 1;
    samples[taken++] = now() - start;
  }
  qsort(samples, taken, sizeof *samples, ascending);
  printf("p50_us=%.1f p99_us=%.1f count=%d\n", samples[taken / 2], samples[taken * 99 / 100], taken);
  close(file);
  unlink(words[1]);
  return 0;
}
