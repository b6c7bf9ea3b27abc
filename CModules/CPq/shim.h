#ifndef C_PQ_SHIM_H
#define C_PQ_SHIM_H

#include <libpq-fe.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

// prctl is variadic, and pthread_setname_np needs _GNU_SOURCE before the first header of all.
static inline void cpq_shim_name_thread(const char *name) {
    prctl(PR_SET_NAME, name, 0, 0, 0);
}

// ioctl is variadic. Bytes that wait in a socket's receive buffer; 0 when that cannot be told.
static inline int cpq_shim_readable_bytes(int socket) {
    int count = 0;
    return ioctl(socket, FIONREAD, &count) == 0 ? count : 0;
}

#endif
