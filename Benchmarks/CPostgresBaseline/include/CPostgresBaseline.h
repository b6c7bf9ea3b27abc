#ifndef C_POSTGRES_BASELINE_H
#define C_POSTGRES_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The work of the Postgres measurements in plain C on libpq, as a C program would do it. Connecting is not measured. A
// wait for the server ends after 30 s, but those of COPY, which use libpq's blocking calls. A function that returns
// false has written the reason into `error`.

typedef struct {
    double seconds;
    // Of the whole process, user and system.
    double processor_seconds;
    char error[240];
} postgres_baseline_outcome;

// The rows that are written: (id int8, name text, flag bool, body text, score float8). Row i has the id i, the i-th
// name, in turns, the flag i % 2, the one body and the score i / 2.
typedef struct {
    const char *conninfo;
    const char *table;
    long rows;
    const char *const *names;
    size_t name_count;
    const char *body;
} postgres_baseline_rows;

// Prepared INSERTs in pipeline mode, one synchronisation, and so one implicit transaction, for each `batch` of them.
bool postgres_baseline_insert(const postgres_baseline_rows *rows, long batch, postgres_baseline_outcome *outcome);

// COPY FROM STDIN in binary format, messages of 64 KiB.
bool postgres_baseline_copy_in(const postgres_baseline_rows *rows, postgres_baseline_outcome *outcome);

// COPY TO STDOUT in binary format, all values converted. Writes the sum of ids, flags, scores and lengths of texts.
bool postgres_baseline_copy_out(
    const postgres_baseline_rows *rows, double *checksum, postgres_baseline_outcome *outcome
);

// Who asks: `callers` callers, each of which makes `calls_each` calls, one after the answer to the last.
typedef struct {
    const char *conninfo;
    // Takes an int8, the key, and answers it and two further columns.
    const char *sql;
    int callers;
    // The callers are spread evenly over so many connections. With as many as there are callers, each connection has
    // one statement under way; else they are in pipeline mode, and each statement is followed by a synchronisation.
    int connections;
    long calls_each;
    // Keys are 1 to this.
    uint64_t keys;
} postgres_baseline_selects;

// Prepared SELECTs with a loop around poll().
bool postgres_baseline_select(const postgres_baseline_selects *selects, postgres_baseline_outcome *outcome);

// The state behind a caller's next key.
static inline uint64_t postgres_baseline_next(uint64_t state) {
    return state * 6364136223846793005u + 1442695040888963407u;
}

// An answer in binary format.
typedef struct postgres_baseline_answer postgres_baseline_answer;

// Asks for rows of ten columns, none of them NULL; NULL when that fails.
postgres_baseline_answer *postgres_baseline_ask(
    const char *conninfo, const char *sql, postgres_baseline_outcome *outcome
);

// Converts each value of rows of (int8, int4, text, text, bool, float8, timestamptz, uuid, bytea, int8[]) and adds it
// to a checksum, texts and bytes byte by byte. With `owned` into structs of their own, texts, bytes and arrays copied,
// which are freed at the end.
bool postgres_baseline_decode(
    const postgres_baseline_answer *answer, bool owned, double *checksum, postgres_baseline_outcome *outcome
);

// The same for rows of (int8, int4, text, bool, float8, timestamptz, uuid, int8, int4, float8), which need no memory of
// their own.
bool postgres_baseline_decode_plain(
    const postgres_baseline_answer *answer, double *checksum, postgres_baseline_outcome *outcome
);

// Frees it; pass NULL for nothing.
void postgres_baseline_forget(postgres_baseline_answer *answer);

#endif
