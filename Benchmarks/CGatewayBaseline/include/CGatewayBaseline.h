#ifndef C_GATEWAY_BASELINE_H
#define C_GATEWAY_BASELINE_H

#include <stdbool.h>
#include <stddef.h>

// The least that a gateway does for a group message, in plain C: one frame written to many sockets, one write each.

typedef struct {
    // From the first write until every byte has been read on the other side.
    double seconds;
    // Of the whole process, user and system, both sides.
    double processor_seconds;
    char error[240];
} gateway_baseline_outcome;

// Writes `frame` to each of `sockets` TCP connections over the loopback, `rounds` times over; a second thread reads them
// all. Connecting is not measured. Returns false with the reason in `error`.
bool gateway_baseline_fan_out(
    int sockets, const unsigned char *frame, size_t length, long rounds, gateway_baseline_outcome *outcome
);

#endif
