#define _GNU_SOURCE
#include "CLinux.h"

bool clinux_opened_alone(int descriptor) { return fcntl(descriptor, F_SETLEASE, F_WRLCK) == 0; }
