#include "common.h"

#include <poll.h>
#include <stdlib.h>

// A connection and its callers, who are served in turns.
typedef struct {
    PGconn *connection;
    // The key's generator, and the keys that were asked for, a ring of as many as there are callers.
    uint64_t state;
    int64_t *keys;
    int callers;
    long asked, answered, calls;
} link;

static bool lost(link *link, postgres_baseline_outcome *outcome) {
    return postgres_baseline_fail(outcome, "the connection was lost", PQerrorMessage(link->connection));
}

static bool ask(link *link, const postgres_baseline_selects *selects, postgres_baseline_outcome *outcome) {
    link->state = postgres_baseline_next(link->state);
    int64_t key = (int64_t)(1 + (link->state >> 33) % selects->keys);
    uint64_t bytes = htobe64((uint64_t)key);
    const char *values[] = {(char *)&bytes};
    int lengths[] = {8}, formats[] = {1};
    link->keys[link->asked++ % link->callers] = key;
    if (!PQsendQueryPrepared(link->connection, "s", 1, values, lengths, formats, 1)) return lost(link, outcome);
    // Both send what libpq has.
    bool is_sent = link->callers > 1 ? PQpipelineSync(link->connection) : PQflush(link->connection) >= 0;
    return is_sent || lost(link, outcome);
}

static bool check(link *link, PGresult *row, postgres_baseline_outcome *outcome) {
    bool is_expected = PQresultStatus(row) == PGRES_TUPLES_OK && PQntuples(row) == 1 && PQnfields(row) == 3 &&
                       PQgetlength(row, 0, 0) == 8 && PQgetlength(row, 0, 1) > 0 && PQgetlength(row, 0, 2) == 4 &&
                       read_int64(PQgetvalue(row, 0, 0)) == link->keys[link->answered % link->callers] &&
                       read_int32(PQgetvalue(row, 0, 2)) == (int32_t)read_int64(PQgetvalue(row, 0, 0));
    if (is_expected) return true;
    return postgres_baseline_fail(outcome, "an answer was not what was asked for", PQresultErrorMessage(row));
}

// Takes the results that have come, and asks the next question for each.
static bool take_results(link *link, const postgres_baseline_selects *selects, postgres_baseline_outcome *outcome) {
    int nulls = 0;
    while (link->answered < link->calls && nulls < 2 && !PQisBusy(link->connection)) {
        PGresult *result = PQgetResult(link->connection);
        // In pipeline mode a synchronisation ends an answer, else a NULL does.
        bool is_end = link->callers > 1 ? PQresultStatus(result) == PGRES_PIPELINE_SYNC : !result;
        nulls = result ? 0 : nulls + 1;
        bool is_fine = is_end || !result || check(link, result, outcome);
        PQclear(result);
        if (!is_fine) return false;
        if (!is_end) continue;
        link->answered++;
        nulls = 0;
        if (link->asked < link->calls && !ask(link, selects, outcome)) return false;
    }
    return true;
}

static bool open_links(link *links, const postgres_baseline_selects *selects, postgres_baseline_outcome *outcome) {
    int callers = selects->callers / selects->connections;
    Oid types[] = {int8_type};
    for (int index = 0; index < selects->connections; index++) {
        PGconn *connection = postgres_baseline_connect(selects->conninfo, outcome);
        if (!connection) return false;
        int64_t *keys = calloc((size_t)callers, sizeof *keys);
        links[index] = (link){connection, (uint64_t)index, keys, callers, 0, 0, callers * selects->calls_each};
        if (!keys) return postgres_baseline_fail(outcome, "no memory", NULL);
        if (!postgres_baseline_prepare(connection, selects->sql, 1, types, callers > 1, outcome)) return false;
    }
    return true;
}

// Waits for one of the connections and works on those that have something; `open` gets the number of calls left.
static bool turn(
    link *links, const postgres_baseline_selects *selects, long *open, postgres_baseline_outcome *outcome
) {
    int count = selects->connections;
    struct pollfd polled[count];
    for (int index = 0; index < count; index++) {
        // What libpq could not send at once is rare and small.
        int unsent = PQflush(links[index].connection);
        if (unsent < 0) return lost(&links[index], outcome);
        short events = (short)(POLLIN | (unsent > 0 ? POLLOUT : 0));
        polled[index] = (struct pollfd){.fd = PQsocket(links[index].connection), .events = events};
    }
    if (poll(polled, (nfds_t)count, poll_milliseconds) <= 0) {
        return postgres_baseline_fail(outcome, "no answer for 30 s", NULL);
    }
    *open = 0;
    for (int index = 0; index < count; index++) {
        link *link = &links[index];
        if (polled[index].revents & ~POLLOUT) {
            if (!PQconsumeInput(link->connection)) return lost(link, outcome);
            if (!take_results(link, selects, outcome)) return false;
        }
        *open += link->calls - link->answered;
    }
    return true;
}

bool postgres_baseline_select(const postgres_baseline_selects *selects, postgres_baseline_outcome *outcome) {
    link *links = calloc((size_t)selects->connections, sizeof *links);
    if (!links) return postgres_baseline_fail(outcome, "no memory", NULL);
    bool is_fine = open_links(links, selects, outcome);
    double start = baseline_now(), processor = baseline_processor_seconds();
    for (int index = 0; is_fine && index < selects->connections; index++) {
        link *link = &links[index];
        for (int caller = 0; is_fine && caller < link->callers; caller++) is_fine = ask(link, selects, outcome);
    }
    long open = is_fine ? 1 : 0;
    while (is_fine && open > 0) is_fine = turn(links, selects, &open, outcome);
    postgres_baseline_stop(outcome, start, processor);
    for (int index = 0; index < selects->connections; index++) {
        PQfinish(links[index].connection);
        free(links[index].keys);
    }
    free(links);
    return is_fine;
}
