#ifndef C_MONGO_BASELINE_COMMON_H
#define C_MONGO_BASELINE_COMMON_H

#include "CMongoBaseline.h"

#include <CBaselineClock.h>
#include <bson/bson.h>

enum {
    field_count = 22,
    // Enough for a message with its _id.
    document_capacity = 640,
};

// Writes the reason and returns false, to be returned at once.
bool mongo_baseline_fail(mongo_baseline_outcome *outcome, const char *reason, const char *detail);

// Writes down what has passed since `start` and `processor`.
void mongo_baseline_stop(mongo_baseline_outcome *outcome, double start, double processor);

// Appends the fields of a message.
void mongo_baseline_append(bson_t *document, const mongo_baseline_message *message);

// Reads the fields of a message and adds them up; others, as _id, are passed over. Returns how many there were.
int mongo_baseline_add_up(const bson_t *document, int64_t *checksum);

#endif
