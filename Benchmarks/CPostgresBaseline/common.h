#ifndef C_POSTGRES_BASELINE_COMMON_H
#define C_POSTGRES_BASELINE_COMMON_H

#include "CPostgresBaseline.h"

#include <CBaselineClock.h>
#include <endian.h>
#include <libpq-fe.h>
#include <string.h>

enum {
    poll_milliseconds = 30000,
    // Object identifiers of types, which libpq's headers leave out.
    bool_type = 16,
    int8_type = 20,
    text_type = 25,
    float8_type = 701,
};

// Writes the reason and returns false, to be returned at once.
bool postgres_baseline_fail(postgres_baseline_outcome *outcome, const char *reason, const char *detail);

// A connection, or NULL.
PGconn *postgres_baseline_connect(const char *conninfo, postgres_baseline_outcome *outcome);

// Whether `result`, which is cleared, has this status.
bool postgres_baseline_expect(PGresult *result, ExecStatusType status, postgres_baseline_outcome *outcome);

// Prepares the statement "s" and begins pipeline mode if asked to; the connection does not block afterwards.
bool postgres_baseline_prepare(
    PGconn *connection, const char *sql, int count, const Oid *types, bool pipeline, postgres_baseline_outcome *outcome
);

// Writes down what has passed since `start` and `processor`.
void postgres_baseline_stop(postgres_baseline_outcome *outcome, double start, double processor);

static inline int16_t read_int16(const char *bytes) {
    uint16_t value;
    memcpy(&value, bytes, sizeof value);
    return (int16_t)be16toh(value);
}

static inline int32_t read_int32(const char *bytes) {
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return (int32_t)be32toh(value);
}

static inline int64_t read_int64(const char *bytes) {
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return (int64_t)be64toh(value);
}

static inline double read_double(const char *bytes) {
    int64_t bits = read_int64(bytes);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint64_t double_in_network_order(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return htobe64(bits);
}

#endif
