// Lets no thread start while the file ASSAY_TEST_NO_THREADS exists, as a machine that has none left.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *),
                   void *context) {
  typedef int Create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
  const char *path = getenv("ASSAY_TEST_NO_THREADS");
  if (path && access(path, F_OK) == 0) return EAGAIN;
  return ((Create *)dlsym(RTLD_NEXT, "pthread_create"))(thread, attributes, body, context);
}
