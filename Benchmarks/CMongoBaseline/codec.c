#include "common.h"

bool mongo_baseline_build(long count, bool reuses_memory, int64_t *bytes, mongo_baseline_outcome *outcome) {
    mongo_baseline_message message = mongo_baseline_sample(1);
    bson_t *kept = bson_sized_new(document_capacity);
    *bytes = 0;
    double start = baseline_now(), processor = baseline_processor_seconds();
    for (long index = 0; index < count; index++) {
        bson_t *document = reuses_memory ? kept : bson_sized_new(document_capacity);
        if (reuses_memory) bson_reinit(document);
        message.seq = index;
        mongo_baseline_append(document, &message);
        *bytes += document->len;
        if (!reuses_memory) bson_destroy(document);
    }
    mongo_baseline_stop(outcome, start, processor);
    bson_destroy(kept);
    return true;
}

bool mongo_baseline_read(
    const uint8_t *bytes, size_t length, long count, int64_t *checksum, mongo_baseline_outcome *outcome
) {
    int64_t total = 0;
    bson_t document;
    double start = baseline_now(), processor = baseline_processor_seconds();
    for (long index = 0; index < count; index++) {
        if (!bson_init_static(&document, bytes, length) || mongo_baseline_add_up(&document, &total) != field_count) {
            return mongo_baseline_fail(outcome, "the document cannot be read", NULL);
        }
    }
    mongo_baseline_stop(outcome, start, processor);
    *checksum = count > 0 ? total / count : 0;
    return true;
}
