#ifndef C_KAFKA_BASELINE_H
#define C_KAFKA_BASELINE_H

#include <stdbool.h>
#include <stddef.h>

// The work of the Kafka measurements in plain C on librdkafka, as a C program would do it. Each function makes its
// client, waits until it is ready, measures, and closes it again. A function that returns false has written the reason
// into `error`.

// A setting of librdkafka.
typedef struct {
    const char *name;
    const char *value;
} kafka_baseline_property;

typedef struct {
    const kafka_baseline_property *properties;
    int property_count;
} kafka_baseline_client;

// What is sent, or what is there to be read.
typedef struct {
    const char *topic;
    long records;
    size_t value_bytes;
    // Keys are the texts "user:0", "user:1" and so on, in turn.
    int keys;
    // Records without a report at the same time.
    int in_flight;
    // Records that are handed over by one call of rd_kafka_produce_batch, or taken out by one call.
    int batch;
} kafka_baseline_load;

typedef struct {
    double seconds;
    // Of the whole process, user and system.
    double processor_seconds;
    char error[160];
} kafka_baseline_outcome;

// Sends batches as long as `in_flight` allows, on one thread, which takes the reports as well.
bool kafka_baseline_produce(
    kafka_baseline_client client, const kafka_baseline_load *load, kafka_baseline_outcome *outcome
);

// Sends `in_flight` records, and each further one in the callback that reports another.
bool kafka_baseline_produce_in_turns(
    kafka_baseline_client client, const kafka_baseline_load *load, kafka_baseline_outcome *outcome
);

// Reads all records of a topic as the only member of a group; the time begins with the first record.
bool kafka_baseline_consume(
    kafka_baseline_client client, const kafka_baseline_load *load, kafka_baseline_outcome *outcome
);

// Sends `per_second` records at even distances and reads them on another thread: writes the microseconds from the call
// that sends each record to the return of the call that reads it.
bool kafka_baseline_latency(
    kafka_baseline_client producer,
    kafka_baseline_client consumer,
    const kafka_baseline_load *load,
    int per_second,
    double *microseconds,
    kafka_baseline_outcome *outcome
);

#endif
