#ifndef C_KAFKA_BASELINE_COMMON_H
#define C_KAFKA_BASELINE_COMMON_H

#include "CKafkaBaseline.h"

#include <CBaselineClock.h>
#include <librdkafka/rdkafka.h>

enum {
    // After so long without anything new a run is given up.
    patience_seconds = 30,
    key_bytes = 24,
};

// Writes the reason and returns false, to be returned at once.
bool kafka_baseline_fail(kafka_baseline_outcome *outcome, const char *reason, const char *detail);

// A configuration with the client's properties, or NULL.
rd_kafka_conf_t *kafka_baseline_conf(kafka_baseline_client client, kafka_baseline_outcome *outcome);

// A client, which takes the configuration over; NULL when it cannot be made, or when there is no configuration.
rd_kafka_t *kafka_baseline_open(rd_kafka_type_t type, rd_kafka_conf_t *conf, kafka_baseline_outcome *outcome);

// The keys, in one block of `key_bytes` each; NULL without memory.
char *kafka_baseline_keys(int count);

// A consumer that has subscribed to the topic; NULL when it cannot be made.
rd_kafka_t *kafka_baseline_subscribe(
    kafka_baseline_client client, const char *topic, kafka_baseline_outcome *outcome
);

#endif
