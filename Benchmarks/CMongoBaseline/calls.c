#include "common.h"

#include <mongoc/mongoc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    // Keys that are new begin here, and each caller has so many of them.
    new_keys = 1000000000,
    keys_of_caller = 10000000,
    batch_max = 1000,
};

struct mongo_baseline_pool {
    mongoc_client_pool_t *clients;
    char *database;
    char *collection;
};

typedef struct {
    mongo_baseline_pool *pool;
    const mongo_baseline_load *load;
    pthread_barrier_t *barrier;
    int number;
    bool is_fine;
    mongo_baseline_outcome outcome;
} caller;

const char *mongo_baseline_version(void) { return mongoc_get_version(); }

mongo_baseline_pool *mongo_baseline_open(
    const char *uri, const char *database, const char *collection, int clients, mongo_baseline_outcome *outcome
) {
    mongoc_init();
    bson_error_t error;
    mongoc_uri_t *parsed = mongoc_uri_new_with_error(uri, &error);
    mongo_baseline_pool *pool = parsed ? calloc(1, sizeof *pool) : NULL;
    if (!pool) {
        mongo_baseline_fail(outcome, "no pool", parsed ? NULL : error.message);
        mongoc_uri_destroy(parsed);
        return NULL;
    }
    mongoc_uri_set_option_as_int32(parsed, MONGOC_URI_SOCKETTIMEOUTMS, 30000);
    pool->clients = mongoc_client_pool_new(parsed);
    mongoc_client_pool_max_size(pool->clients, (uint32_t)clients);
    mongoc_client_pool_set_error_api(pool->clients, MONGOC_ERROR_API_VERSION_2);
    pool->database = strdup(database);
    pool->collection = strdup(collection);
    mongoc_uri_destroy(parsed);
    return pool;
}

void mongo_baseline_close(mongo_baseline_pool *pool) {
    mongoc_client_pool_destroy(pool->clients);
    free(pool->database);
    free(pool->collection);
    free(pool);
}

// Whether the reply holds this number; replies that have none are those of errors.
static bool replied(const bson_t *reply, const char *key, int64_t number) {
    bson_iter_t iter;
    return bson_iter_init_find(&iter, reply, key) && bson_iter_as_int64(&iter) == number;
}

static bool insert(mongoc_collection_t *collection, const caller *caller, int64_t first, bson_error_t *error) {
    bson_t *documents[batch_max], reply;
    int count = caller->load->batch;
    for (int index = 0; index < count; index++) {
        mongo_baseline_message message = mongo_baseline_sample(first + index);
        documents[index] = bson_sized_new(document_capacity);
        BSON_APPEND_INT64(documents[index], "_id", first + index);
        mongo_baseline_append(documents[index], &message);
    }
    bool is_fine =
        mongoc_collection_insert_many(collection, (const bson_t **)documents, (size_t)count, NULL, &reply, error) &&
        replied(&reply, "insertedCount", count);
    bson_destroy(&reply);
    for (int index = 0; index < count; index++) bson_destroy(documents[index]);
    return is_fine;
}

static bool find(mongoc_collection_t *collection, int64_t key, bson_error_t *error) {
    bson_t filter, options;
    const bson_t *document;
    bson_init(&filter);
    BSON_APPEND_INT64(&filter, "_id", key);
    bson_init(&options);
    BSON_APPEND_INT64(&options, "limit", 1);
    mongoc_cursor_t *cursor = mongoc_collection_find_with_opts(collection, &filter, &options, NULL);
    int64_t checksum = 0;
    bool is_fine = mongoc_cursor_next(cursor, &document) &&
                   mongo_baseline_add_up(document, &checksum) == field_count && checksum > key;
    mongoc_cursor_error(cursor, error);
    mongoc_cursor_destroy(cursor);
    bson_destroy(&options);
    bson_destroy(&filter);
    return is_fine;
}

static bool update(mongoc_collection_t *collection, const caller *caller, int64_t first, bson_error_t *error) {
    mongoc_bulk_operation_t *bulk = mongoc_collection_create_bulk_operation_with_opts(collection, NULL);
    int count = caller->load->batch;
    bool is_fine = true;
    for (int index = 0; is_fine && index < count; index++) {
        bson_t filter, change, fields;
        bson_init(&filter);
        BSON_APPEND_INT64(&filter, "_id", 1 + (first + index) % caller->load->keys);
        bson_init(&change);
        BSON_APPEND_DOCUMENT_BEGIN(&change, "$set", &fields);
        BSON_APPEND_INT32(&fields, "status", (int32_t)(first & 0xffff));
        BSON_APPEND_BOOL(&fields, "is_read", true);
        bson_append_document_end(&change, &fields);
        is_fine = mongoc_bulk_operation_update_one_with_opts(bulk, &filter, &change, NULL, error);
        bson_destroy(&change);
        bson_destroy(&filter);
    }
    if (is_fine) {
        bson_t reply;
        is_fine = mongoc_bulk_operation_execute(bulk, &reply, error) != 0 && replied(&reply, "nMatched", count);
        bson_destroy(&reply);
    }
    mongoc_bulk_operation_destroy(bulk);
    return is_fine;
}

static bool call(const caller *caller, long index, uint64_t *state, bson_error_t *error) {
    const mongo_baseline_load *load = caller->load;
    mongoc_client_t *client = mongoc_client_pool_pop(caller->pool->clients);
    mongoc_collection_t *collection =
        mongoc_client_get_collection(client, caller->pool->database, caller->pool->collection);
    bool is_fine = false;
    *state = mongo_baseline_next(*state);
    switch (load->work) {
        case mongo_baseline_insert: {
            int64_t first = new_keys + (int64_t)caller->number * keys_of_caller + (int64_t)index * load->batch;
            is_fine = insert(collection, caller, first, error);
            break;
        }
        case mongo_baseline_find: is_fine = find(collection, mongo_baseline_key(*state, load->keys), error); break;
        case mongo_baseline_update:
            is_fine = update(collection, caller, mongo_baseline_key(*state, load->keys), error);
            break;
    }
    mongoc_collection_destroy(collection);
    mongoc_client_pool_push(caller->pool->clients, client);
    return is_fine;
}

static void *run(void *argument) {
    caller *caller = argument;
    bson_error_t error = {0};
    uint64_t state = (uint64_t)caller->number;
    pthread_barrier_wait(caller->barrier);
    for (long index = 0; caller->is_fine && index < caller->load->calls_each; index++) {
        caller->is_fine = call(caller, index, &state, &error);
    }
    if (!caller->is_fine) mongo_baseline_fail(&caller->outcome, "a call failed", error.message);
    return NULL;
}

bool mongo_baseline_call(mongo_baseline_pool *pool, const mongo_baseline_load *load, mongo_baseline_outcome *outcome) {
    pthread_barrier_t barrier;
    if (load->callers < 1 || load->batch < 0 || load->batch > batch_max || load->keys < 1 ||
        pthread_barrier_init(&barrier, NULL, (unsigned)load->callers + 1) != 0) {
        return mongo_baseline_fail(outcome, "this load cannot be made", NULL);
    }
    pthread_t *threads = calloc((size_t)load->callers, sizeof *threads);
    caller *callers = calloc((size_t)load->callers, sizeof *callers);
    if (!threads || !callers) abort();
    for (int number = 0; number < load->callers; number++) {
        callers[number] =
            (caller){.pool = pool, .load = load, .barrier = &barrier, .number = number, .is_fine = true};
        // The others would wait at the barrier for ever.
        if (pthread_create(&threads[number], NULL, run, &callers[number]) != 0) abort();
    }
    double start = baseline_now(), processor = baseline_processor_seconds();
    pthread_barrier_wait(&barrier);
    bool is_fine = true;
    for (int number = 0; number < load->callers; number++) {
        pthread_join(threads[number], NULL);
        if (!callers[number].is_fine) is_fine = mongo_baseline_fail(outcome, callers[number].outcome.error, NULL);
    }
    mongo_baseline_stop(outcome, start, processor);
    pthread_barrier_destroy(&barrier);
    free(callers);
    free(threads);
    return is_fine;
}
