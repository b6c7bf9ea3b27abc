#include "CGatewayBaseline.h"

#include "CBaselineClock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    events_max = 256,
    // Nothing comes for so long only when something is broken.
    wait_milliseconds = 30000,
};

typedef struct {
    int epoll;
    size_t expected;
    bool is_complete;
} reader;

static bool fail(gateway_baseline_outcome *outcome, const char *what) {
    snprintf(outcome->error, sizeof outcome->error, "%s: %s", what, strerror(errno));
    return false;
}

// Reads until all bytes have come, or nothing comes any more.
static void *read_all(void *argument) {
    reader *state = argument;
    static char buffer[64 << 10];
    struct epoll_event events[events_max];
    size_t received = 0;
    while (received < state->expected) {
        int count = epoll_wait(state->epoll, events, events_max, wait_milliseconds);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return NULL;
        for (int index = 0; index < count; index++) {
            ssize_t bytes = read(events[index].data.fd, buffer, sizeof buffer);
            if (bytes <= 0) return NULL;
            received += (size_t)bytes;
        }
    }
    state->is_complete = true;
    return NULL;
}

static bool write_all(int descriptor, const unsigned char *bytes, size_t length) {
    while (length > 0) {
        ssize_t count = send(descriptor, bytes, length, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes += count;
        length -= (size_t)count;
    }
    return true;
}

// One connection: `near` is written to, `far` is read from.
static bool connect_pair(int listener, const struct sockaddr_in *address, int *near, int *far) {
    *far = socket(AF_INET, SOCK_STREAM, 0);
    if (*far < 0 || connect(*far, (const struct sockaddr *)address, sizeof *address) < 0) return false;
    *near = accept(listener, NULL, NULL);
    int on = 1;
    return *near >= 0 && setsockopt(*near, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0;
}

static bool measure(
    const int *near, int sockets, const unsigned char *frame, size_t length, long rounds, reader *state,
    gateway_baseline_outcome *outcome
) {
    pthread_t thread;
    state->expected = (size_t)sockets * length * (size_t)rounds;
    double start = baseline_now(), processor = baseline_processor_seconds();
    if ((errno = pthread_create(&thread, NULL, read_all, state)) != 0) return fail(outcome, "thread");
    bool is_written = true;
    for (long round = 0; is_written && round < rounds; round++) {
        for (int index = 0; is_written && index < sockets; index++) is_written = write_all(near[index], frame, length);
    }
    // A write that failed leaves the reader waiting; closing the other side ends it.
    if (!is_written) shutdown(near[0], SHUT_RDWR);
    pthread_join(thread, NULL);
    outcome->seconds = baseline_now() - start;
    outcome->processor_seconds = baseline_processor_seconds() - processor;
    if (!is_written || !state->is_complete) return fail(outcome, "write or read");
    return true;
}

bool gateway_baseline_fan_out(
    int sockets, const unsigned char *frame, size_t length, long rounds, gateway_baseline_outcome *outcome
) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    reader state = {.epoll = epoll_create1(0)};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int *near = calloc((size_t)sockets * 2, sizeof *near);
    int *far = near ? near + sockets : NULL;
    int made = 0;
    bool is_done = false;
    if (!near || state.epoll < 0 || listener < 0 || bind(listener, (struct sockaddr *)&address, size) < 0 ||
        listen(listener, SOMAXCONN) < 0 || getsockname(listener, (struct sockaddr *)&address, &size) < 0) {
        fail(outcome, "listen");
        goto end;
    }
    for (; made < sockets; made++) {
        struct epoll_event event = {.events = EPOLLIN};
        if (!connect_pair(listener, &address, &near[made], &far[made])) {
            fail(outcome, "connect");
            goto end;
        }
        event.data.fd = far[made];
        if (epoll_ctl(state.epoll, EPOLL_CTL_ADD, far[made], &event) < 0) {
            fail(outcome, "epoll");
            goto end;
        }
    }
    is_done = measure(near, sockets, frame, length, rounds, &state, outcome);
end:
    for (int index = 0; index < made; index++) {
        close(near[index]);
        close(far[index]);
    }
    if (listener >= 0) close(listener);
    if (state.epoll >= 0) close(state.epoll);
    free(near);
    return is_done;
}
