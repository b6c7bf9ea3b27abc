#include "common.h"

#include <stdlib.h>

typedef struct {
    const char *bytes;
    size_t length;
} piece;

typedef struct {
    int64_t id;
    int32_t number;
    piece name, text;
    bool flag;
    double score;
    // Seconds since 1970.
    double time;
    unsigned char uuid[16];
    piece blob;
    int64_t *list;
    size_t list_count;
} row;

struct postgres_baseline_answer {
    PGresult *result;
};

// Seconds from 1970 to the server's epoch, 2000.
static const double epoch = 946684800;

postgres_baseline_answer *postgres_baseline_ask(
    const char *conninfo, const char *sql, postgres_baseline_outcome *outcome
) {
    PGconn *connection = postgres_baseline_connect(conninfo, outcome);
    if (!connection) return NULL;
    PGresult *result = PQexecParams(connection, sql, 0, NULL, NULL, NULL, NULL, 1);
    postgres_baseline_answer *answer = malloc(sizeof *answer);
    bool is_fine = answer && PQresultStatus(result) == PGRES_TUPLES_OK && PQnfields(result) == 10;
    if (!is_fine) postgres_baseline_fail(outcome, "unexpected answer", PQerrorMessage(connection));
    PQfinish(connection);
    if (is_fine) {
        answer->result = result;
        return answer;
    }
    PQclear(result);
    free(answer);
    return NULL;
}

void postgres_baseline_forget(postgres_baseline_answer *answer) {
    if (!answer) return;
    PQclear(answer->result);
    free(answer);
}

static piece view(const PGresult *result, int index, int column) {
    return (piece){PQgetvalue(result, index, column), (size_t)PQgetlength(result, index, column)};
}

static void convert(const PGresult *result, int index, row *row) {
    row->id = read_int64(PQgetvalue(result, index, 0));
    row->number = read_int32(PQgetvalue(result, index, 1));
    row->name = view(result, index, 2);
    row->text = view(result, index, 3);
    row->flag = *PQgetvalue(result, index, 4) != 0;
    row->score = read_double(PQgetvalue(result, index, 5));
    row->time = (double)read_int64(PQgetvalue(result, index, 6)) / 1e6 + epoch;
    memcpy(row->uuid, PQgetvalue(result, index, 7), sizeof row->uuid);
    row->blob = view(result, index, 8);
}

static bool copy(piece *piece) {
    char *bytes = malloc(piece->length + 1);
    if (!bytes) return false;
    memcpy(bytes, piece->bytes, piece->length);
    bytes[piece->length] = 0;
    piece->bytes = bytes;
    return true;
}

static double sum_of_bytes(const void *bytes, size_t length) {
    const unsigned char *next = bytes;
    uint64_t sum = 0;
    for (size_t index = 0; index < length; index++) sum += next[index];
    return (double)sum;
}

static double sum_of_row(const row *row) {
    return (double)row->id + row->number + row->flag + row->score + row->time +
           sum_of_bytes(row->name.bytes, row->name.length) + sum_of_bytes(row->text.bytes, row->text.length) +
           sum_of_bytes(row->uuid, sizeof row->uuid) + sum_of_bytes(row->blob.bytes, row->blob.length);
}

// An array has dimensions, a flag, a type, a length and a bound before its elements, each behind its length.
static size_t list_count(const char *array) { return read_int32(array) == 0 ? 0 : (size_t)read_int32(array + 12); }
static int64_t list_element(const char *array, size_t index) { return read_int64(array + 20 + 12 * index + 4); }

static double touch_rows(const PGresult *result) {
    double total = 0;
    int count = PQntuples(result);
    for (int index = 0; index < count; index++) {
        row row;
        convert(result, index, &row);
        const char *array = PQgetvalue(result, index, 9);
        size_t elements = list_count(array);
        int64_t list = 0;
        for (size_t element = 0; element < elements; element++) list += list_element(array, element);
        total += sum_of_row(&row) + (double)list;
    }
    return total;
}

static bool own_row(const PGresult *result, int index, row *row) {
    convert(result, index, row);
    const char *array = PQgetvalue(result, index, 9);
    row->list_count = list_count(array);
    row->list = malloc((row->list_count + 1) * sizeof *row->list);
    for (size_t element = 0; row->list && element < row->list_count; element++) {
        row->list[element] = list_element(array, element);
    }
    // All three are tried, so that each is either copied or empty when they are freed.
    bool has_name = copy(&row->name), has_text = copy(&row->text), has_blob = copy(&row->blob);
    if (!has_name) row->name.bytes = NULL;
    if (!has_text) row->text.bytes = NULL;
    if (!has_blob) row->blob.bytes = NULL;
    return row->list && has_name && has_text && has_blob;
}

static double sum_of_owned(const row *row) {
    int64_t list = 0;
    for (size_t element = 0; element < row->list_count; element++) list += row->list[element];
    return sum_of_row(row) + (double)list;
}

static void free_rows(row *rows, int count) {
    for (int index = 0; index < count; index++) {
        free((void *)rows[index].name.bytes);
        free((void *)rows[index].text.bytes);
        free((void *)rows[index].blob.bytes);
        free(rows[index].list);
    }
    free(rows);
}

static bool own_rows(const PGresult *result, double *checksum) {
    int count = PQntuples(result);
    row *rows = calloc((size_t)count, sizeof *rows);
    bool is_fine = rows != NULL;
    *checksum = 0;
    for (int index = 0; is_fine && index < count; index++) is_fine = own_row(result, index, &rows[index]);
    for (int index = 0; is_fine && index < count; index++) *checksum += sum_of_owned(&rows[index]);
    free_rows(rows, rows ? count : 0);
    return is_fine;
}

bool postgres_baseline_decode(
    const postgres_baseline_answer *answer, bool owned, double *checksum, postgres_baseline_outcome *outcome
) {
    double start = baseline_now(), processor = baseline_processor_seconds();
    bool is_fine = true;
    if (owned) {
        is_fine = own_rows(answer->result, checksum);
    } else {
        *checksum = touch_rows(answer->result);
    }
    postgres_baseline_stop(outcome, start, processor);
    return is_fine || postgres_baseline_fail(outcome, "no memory", NULL);
}

bool postgres_baseline_decode_plain(
    const postgres_baseline_answer *answer, double *checksum, postgres_baseline_outcome *outcome
) {
    const PGresult *result = answer->result;
    int count = PQntuples(result);
    double start = baseline_now(), processor = baseline_processor_seconds(), total = 0;
    for (int index = 0; index < count; index++) {
        piece name = view(result, index, 2);
        double time = (double)read_int64(PQgetvalue(result, index, 5)) / 1e6 + epoch;
        total += (double)read_int64(PQgetvalue(result, index, 0)) + read_int32(PQgetvalue(result, index, 1)) +
                 sum_of_bytes(name.bytes, name.length) + (*PQgetvalue(result, index, 3) != 0) +
                 read_double(PQgetvalue(result, index, 4)) + time + sum_of_bytes(PQgetvalue(result, index, 6), 16) +
                 (double)read_int64(PQgetvalue(result, index, 7)) + read_int32(PQgetvalue(result, index, 8)) +
                 read_double(PQgetvalue(result, index, 9));
    }
    *checksum = total;
    postgres_baseline_stop(outcome, start, processor);
    return true;
}
