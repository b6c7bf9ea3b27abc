#include "common.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    // Rows that are handed to libpq before it is asked to send.
    burst = 64,
};

static bool send_row(PGconn *connection, const postgres_baseline_rows *rows, long row) {
    uint64_t id = htobe64((uint64_t)row), score = double_in_network_order((double)row * 0.5);
    char flag = (char)(row & 1);
    const char *name = rows->names[(size_t)row % rows->name_count];
    const char *values[] = {(char *)&id, name, &flag, rows->body, (char *)&score};
    int lengths[] = {8, (int)strlen(name), 1, (int)strlen(rows->body), 8};
    int formats[] = {1, 1, 1, 1, 1};
    return PQsendQueryPrepared(connection, "s", 5, values, lengths, formats, 1);
}

// Takes the results that have come; `ended` is set at the end of the batch.
static bool take_results(PGconn *connection, long *inserted, bool *ended, postgres_baseline_outcome *outcome) {
    // One NULL ends the results of a statement, two mean that there are no more.
    int nulls = 0;
    while (!*ended && nulls < 2 && !PQisBusy(connection)) {
        PGresult *result = PQgetResult(connection);
        if (!result) {
            nulls++;
            continue;
        }
        nulls = 0;
        *ended = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
        if (*ended) {
            PQclear(result);
        } else {
            *inserted += atol(PQcmdTuples(result));
            if (!postgres_baseline_expect(result, PGRES_COMMAND_OK, outcome)) return false;
        }
    }
    return true;
}

// Reads while it sends; otherwise both sides would fill their buffers and stall.
static bool insert_batch(
    PGconn *connection, const postgres_baseline_rows *rows, long first, long count, postgres_baseline_outcome *outcome
) {
    long sent = 0, inserted = 0;
    bool is_synchronised = false, is_ended = false;
    int unsent = 0;
    while (!is_ended) {
        for (int index = 0; unsent == 0 && index < burst && sent < count; index++, sent++) {
            if (!send_row(connection, rows, first + sent)) goto lost;
        }
        if (sent == count && !is_synchronised) {
            if (!PQpipelineSync(connection)) goto lost;
            is_synchronised = true;
        }
        unsent = PQflush(connection);
        if (unsent < 0) goto lost;
        short writes = unsent > 0 || sent < count ? POLLOUT : 0;
        struct pollfd polled = {.fd = PQsocket(connection), .events = (short)(POLLIN | writes)};
        if (poll(&polled, 1, poll_milliseconds) <= 0) {
            return postgres_baseline_fail(outcome, "no answer for 30 s", NULL);
        }
        if (!(polled.revents & ~POLLOUT)) continue;
        if (!PQconsumeInput(connection)) goto lost;
        if (!take_results(connection, &inserted, &is_ended, outcome)) return false;
    }
    return inserted == count || postgres_baseline_fail(outcome, "not all rows were inserted", NULL);
lost:
    return postgres_baseline_fail(outcome, "the connection was lost", PQerrorMessage(connection));
}

bool postgres_baseline_insert(const postgres_baseline_rows *rows, long batch, postgres_baseline_outcome *outcome) {
    PGconn *connection = postgres_baseline_connect(rows->conninfo, outcome);
    if (!connection) return false;
    char sql[160];
    snprintf(sql, sizeof sql, "INSERT INTO %s VALUES ($1, $2, $3, $4, $5)", rows->table);
    Oid types[] = {int8_type, text_type, bool_type, text_type, float8_type};
    bool is_fine = postgres_baseline_prepare(connection, sql, 5, types, true, outcome);
    double start = baseline_now(), processor = baseline_processor_seconds();
    for (long first = 0; is_fine && first < rows->rows; first += batch) {
        long count = rows->rows - first < batch ? rows->rows - first : batch;
        is_fine = insert_batch(connection, rows, first, count, outcome);
    }
    postgres_baseline_stop(outcome, start, processor);
    PQfinish(connection);
    return is_fine;
}
