// Shows ThreadSanitizer where a contended Synchronization.Mutex is taken and given back: the kernel
// hands that lock over, which the sanitizer cannot see, so it would call each use of what the lock
// guards a race. Preloaded by Scripts/sanitize.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

// Absent in processes without the sanitizer.
extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

typedef __attribute__((swiftcall)) void (*Lock)(uint32_t, __attribute__((swift_context)) void *);
typedef __attribute__((swiftcall)) void (*Unlock)(__attribute__((swift_context)) void *);

__attribute__((swiftcall)) void lock_slow(
    uint32_t thread, __attribute__((swift_context)) void *lock) __asm__(LOCK);
__attribute__((swiftcall)) void unlock_slow(
    __attribute__((swift_context)) void *lock) __asm__(UNLOCK);

__attribute__((swiftcall)) void lock_slow(
    uint32_t thread, __attribute__((swift_context)) void *lock) {
  ((Lock)dlsym(RTLD_NEXT, LOCK))(thread, lock);
  if (__tsan_acquire) __tsan_acquire(lock);
}

__attribute__((swiftcall)) void unlock_slow(__attribute__((swift_context)) void *lock) {
  if (__tsan_release) __tsan_release(lock);
  ((Unlock)dlsym(RTLD_NEXT, UNLOCK))(lock);
}
