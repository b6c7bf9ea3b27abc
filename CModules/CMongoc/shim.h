#ifndef C_MONGOC_SHIM_H
#define C_MONGOC_SHIM_H

#include <mongoc/mongoc.h>
#include <sys/prctl.h>

// prctl is variadic, and pthread_setname_np needs _GNU_SOURCE before the first header of all.
static inline void cmongoc_shim_name_thread(const char *name) {
    prctl(PR_SET_NAME, name, 0, 0, 0);
}

#endif
