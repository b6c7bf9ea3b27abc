#ifndef C_MONGO_BASELINE_H
#define C_MONGO_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The work of the MongoDB measurements in plain C on libmongoc and libbson, as a C program would do it. Connecting and
// the start of threads are not measured. A wait for the server ends after 30 s. A function that returns false has
// written the reason into `error`.

typedef struct {
    double seconds;
    // Of the whole process, user and system.
    double processor_seconds;
    char error[240];
} mongo_baseline_outcome;

// A text whose length is known, so that neither side has to count.
typedef struct {
    const char *bytes;
    int length;
} mongo_baseline_text;

// The values of a message document; each of its 22 fields is named as here, but for the three options. There is no
// offline_push.
typedef struct {
    mongo_baseline_text send_id, recv_id, group_id, client_msg_id, server_msg_id;
    int32_t sender_platform_id;
    mongo_baseline_text sender_nickname, sender_face_url;
    int32_t session_type, msg_from, content_type;
    mongo_baseline_text content;
    int64_t seq, send_time, create_time;
    int32_t status;
    bool is_read, has_history, has_unread_count, has_offline_push;
    mongo_baseline_text at_user_id;
    mongo_baseline_text attached_info, ex;
} mongo_baseline_message;

// The message with this seq; its document has 500 bytes.
mongo_baseline_message mongo_baseline_sample(int64_t seq);

// Writes the document of the message with this seq to `bytes`, of which there are `capacity`. Returns how many it
// takes, at most `capacity`; 0 when it takes more.
size_t mongo_baseline_document(int64_t seq, uint8_t *bytes, size_t capacity);

// Builds `count` documents of that size: each in memory of its own, which is enough for it from the start, or, with
// `reuses_memory`, all of them in the same. Writes the sum of their lengths.
bool mongo_baseline_build(long count, bool reuses_memory, int64_t *bytes, mongo_baseline_outcome *outcome);

// Reads every field of a document `count` times. Writes the checksum of one time: numbers as they are, a bool as 0 or
// 1, a text as its length and first byte.
bool mongo_baseline_read(
    const uint8_t *bytes, size_t length, long count, int64_t *checksum, mongo_baseline_outcome *outcome
);

// The version of libmongoc that this program runs with.
const char *mongo_baseline_version(void);

// A pool of clients of one server.
typedef struct mongo_baseline_pool mongo_baseline_pool;

// A pool of so many clients; NULL when the URI is none.
mongo_baseline_pool *mongo_baseline_open(
    const char *uri, const char *database, const char *collection, int clients, mongo_baseline_outcome *outcome
);

// Closes and frees it; nobody may use it then.
void mongo_baseline_close(mongo_baseline_pool *pool);

// What a caller does in a call.
typedef enum {
    // Builds `batch` messages with a new _id each and inserts them.
    mongo_baseline_insert,
    // Asks for the message of one _id and reads every field.
    mongo_baseline_find,
    // Sets status and is_read of `batch` messages, each by its _id, in an ordered bulk.
    mongo_baseline_update,
} mongo_baseline_work;

// Who calls: `callers` threads, each of which makes `calls_each` calls, one after the other. Each call takes a client of
// the pool and gives it back.
typedef struct {
    mongo_baseline_work work;
    int callers;
    long calls_each;
    // Messages of a call that has several.
    int batch;
    // The _id of messages that exist are 1 to this.
    int64_t keys;
} mongo_baseline_load;

bool mongo_baseline_call(mongo_baseline_pool *pool, const mongo_baseline_load *load, mongo_baseline_outcome *outcome);

// The state behind a caller's next key; a caller's first state is its number, counted from 0.
static inline uint64_t mongo_baseline_next(uint64_t state) {
    return state * 6364136223846793005u + 1442695040888963407u;
}

// The key of a state: 1 to `keys`.
static inline int64_t mongo_baseline_key(uint64_t state, int64_t keys) {
    return (int64_t)(1 + (state >> 33) % (uint64_t)keys);
}

#endif
