/* Put before libc by the disk tests: what becomes of fdatasync on a journal file is decided by
   files in $ASSAY_STALL. `sleep` makes one call take two seconds, `fail` makes one call fail; a
   call takes the file away. `lost` makes giving the next segment its name fail. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int flag(const char *name) {
  const char *folder = getenv("ASSAY_STALL");
  char path[4096];
  if (!folder) return 0;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return unlink(path) == 0;
}

static int is_journal(int descriptor) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path);
  return length > 8 && memcmp(path + length - 8, ".journal", 8) == 0;
}

int fdatasync(int descriptor) {
  static int (*next)(int);
  if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  if (is_journal(descriptor)) {
    if (flag("sleep")) usleep(2000 * 1000);
    if (flag("fail")) {
      errno = EIO;
      return -1;
    }
  }
  return next(descriptor);
}

int rename(const char *from, const char *to) {
  static int (*next)(const char *, const char *);
  if (!next) next = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
  size_t length = strlen(to);
  if (length > 8 && memcmp(to + length - 8, ".journal", 8) == 0 && flag("lost")) {
    errno = EIO;
    return -1;
  }
  return next(from, to);
}
