#include "common.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    message_bytes = 64 << 10,
    // Of a row without its texts.
    row_bytes = 64,
    header_bytes = 19,
};

static const char header[header_bytes] = "PGCOPY\n\377\r\n";

static bool begin(PGconn *connection, const char *sql, ExecStatusType status, postgres_baseline_outcome *outcome) {
    return postgres_baseline_expect(PQexec(connection, sql), status, outcome);
}

static bool end(PGconn *connection, long rows, postgres_baseline_outcome *outcome) {
    bool is_fine = true;
    PGresult *result;
    while ((result = PQgetResult(connection))) {
        bool is_whole = atol(PQcmdTuples(result)) == rows;
        if (!is_whole) is_fine = postgres_baseline_fail(outcome, "not all rows were copied", NULL);
        if (!postgres_baseline_expect(result, PGRES_COMMAND_OK, outcome)) is_fine = false;
    }
    return is_fine;
}

static char *put_int16(char *end, int16_t value) {
    uint16_t bytes = htobe16((uint16_t)value);
    memcpy(end, &bytes, sizeof bytes);
    return end + sizeof bytes;
}

static char *put_length(char *end, size_t length) {
    uint32_t bytes = htobe32((uint32_t)length);
    memcpy(end, &bytes, sizeof bytes);
    return end + sizeof bytes;
}

static char *put_value(char *end, const void *value, size_t length) {
    end = put_length(end, length);
    memcpy(end, value, length);
    return end + length;
}

static char *put_row(char *end, const postgres_baseline_rows *rows, long row) {
    uint64_t id = htobe64((uint64_t)row), score = double_in_network_order((double)row * 0.5);
    char flag = (char)(row & 1);
    const char *name = rows->names[(size_t)row % rows->name_count];
    end = put_int16(end, 5);
    end = put_value(end, &id, 8);
    end = put_value(end, name, strlen(name));
    end = put_value(end, &flag, 1);
    end = put_value(end, rows->body, strlen(rows->body));
    return put_value(end, &score, 8);
}

static size_t longest_row(const postgres_baseline_rows *rows) {
    size_t longest = 0;
    for (size_t index = 0; index < rows->name_count; index++) {
        size_t length = strlen(rows->names[index]);
        if (length > longest) longest = length;
    }
    return longest + strlen(rows->body) + row_bytes;
}

static bool send_rows(PGconn *connection, const postgres_baseline_rows *rows, postgres_baseline_outcome *outcome) {
    char *buffer = malloc(message_bytes + header_bytes + longest_row(rows));
    if (!buffer) return postgres_baseline_fail(outcome, "no memory", NULL);
    memcpy(buffer, header, header_bytes);
    char *filled = buffer + header_bytes;
    bool is_fine = true;
    for (long row = 0; is_fine && row < rows->rows; row++) {
        filled = put_row(filled, rows, row);
        if (filled - buffer < message_bytes) continue;
        is_fine = PQputCopyData(connection, buffer, (int)(filled - buffer)) == 1;
        filled = buffer;
    }
    filled = put_int16(filled, -1);
    is_fine = is_fine && PQputCopyData(connection, buffer, (int)(filled - buffer)) == 1;
    is_fine = is_fine && PQputCopyEnd(connection, NULL) == 1;
    free(buffer);
    return is_fine || postgres_baseline_fail(outcome, "cannot send", PQerrorMessage(connection));
}

bool postgres_baseline_copy_in(const postgres_baseline_rows *rows, postgres_baseline_outcome *outcome) {
    PGconn *connection = postgres_baseline_connect(rows->conninfo, outcome);
    if (!connection) return false;
    char sql[160];
    snprintf(sql, sizeof sql, "COPY %s FROM STDIN (FORMAT binary)", rows->table);
    double start = baseline_now(), processor = baseline_processor_seconds();
    bool is_fine = begin(connection, sql, PGRES_COPY_IN, outcome) && send_rows(connection, rows, outcome) &&
                   end(connection, rows->rows, outcome);
    postgres_baseline_stop(outcome, start, processor);
    PQfinish(connection);
    return is_fine;
}

// What the values of one row add up to; -1 for a row that is not as it should be.
static double sum_of_row(const char *bytes, const char *limit) {
    const char *values[5];
    int lengths[5];
    for (int column = 0; column < 5; column++) {
        if (limit - bytes < 4) return -1;
        lengths[column] = read_int32(bytes);
        values[column] = bytes + 4;
        if (lengths[column] < 0 || limit - values[column] < lengths[column]) return -1;
        bytes = values[column] + lengths[column];
    }
    if (lengths[0] != 8 || lengths[2] != 1 || lengths[4] != 8) return -1;
    return (double)(read_int64(values[0]) + (*values[2] != 0) + lengths[1] + lengths[3]) + read_double(values[4]);
}

static bool receive_rows(PGconn *connection, double *checksum, postgres_baseline_outcome *outcome) {
    char *message;
    int length, skipped = header_bytes;
    *checksum = 0;
    // Each message is a row; the first has the header in front of it.
    while ((length = PQgetCopyData(connection, &message, 0)) > 0) {
        const char *row = message + skipped;
        bool has_count = length >= skipped + 2;
        int count = has_count ? read_int16(row) : 0;
        double sum = count == 5 ? sum_of_row(row + 2, message + length) : count == -1 ? 0 : -1;
        PQfreemem(message);
        if (sum < 0) return postgres_baseline_fail(outcome, "a row is not as it should be", NULL);
        *checksum += sum;
        skipped = 0;
    }
    return length == -1 || postgres_baseline_fail(outcome, "cannot receive", PQerrorMessage(connection));
}

bool postgres_baseline_copy_out(
    const postgres_baseline_rows *rows, double *checksum, postgres_baseline_outcome *outcome
) {
    PGconn *connection = postgres_baseline_connect(rows->conninfo, outcome);
    if (!connection) return false;
    char sql[160];
    snprintf(sql, sizeof sql, "COPY %s TO STDOUT (FORMAT binary)", rows->table);
    double start = baseline_now(), processor = baseline_processor_seconds();
    bool is_fine = begin(connection, sql, PGRES_COPY_OUT, outcome) && receive_rows(connection, checksum, outcome) &&
                   end(connection, rows->rows, outcome);
    postgres_baseline_stop(outcome, start, processor);
    PQfinish(connection);
    return is_fine;
}
