#include "common.h"

#include <stdio.h>

bool postgres_baseline_fail(postgres_baseline_outcome *outcome, const char *reason, const char *detail) {
    snprintf(outcome->error, sizeof outcome->error, "%s%s%s", reason, detail ? ": " : "", detail ? detail : "");
    return false;
}

PGconn *postgres_baseline_connect(const char *conninfo, postgres_baseline_outcome *outcome) {
    PGconn *connection = PQconnectdb(conninfo);
    if (connection && PQstatus(connection) == CONNECTION_OK) return connection;
    postgres_baseline_fail(outcome, "cannot connect", connection ? PQerrorMessage(connection) : NULL);
    PQfinish(connection);
    return NULL;
}

bool postgres_baseline_expect(PGresult *result, ExecStatusType status, postgres_baseline_outcome *outcome) {
    bool is_fine = PQresultStatus(result) == status;
    if (!is_fine) postgres_baseline_fail(outcome, "unexpected answer", PQresultErrorMessage(result));
    PQclear(result);
    return is_fine;
}

bool postgres_baseline_prepare(
    PGconn *connection, const char *sql, int count, const Oid *types, bool pipeline, postgres_baseline_outcome *outcome
) {
    PGresult *result = PQprepare(connection, "s", sql, count, types);
    if (!postgres_baseline_expect(result, PGRES_COMMAND_OK, outcome)) return false;
    if (PQsetnonblocking(connection, 1) == 0 && (!pipeline || PQenterPipelineMode(connection))) return true;
    return postgres_baseline_fail(outcome, "cannot begin", PQerrorMessage(connection));
}

void postgres_baseline_stop(postgres_baseline_outcome *outcome, double start, double processor) {
    outcome->seconds = baseline_now() - start;
    outcome->processor_seconds = baseline_processor_seconds() - processor;
}
