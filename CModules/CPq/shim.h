#ifndef C_PQ_SHIM_H
#define C_PQ_SHIM_H

#include <libpq-fe.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#endif
