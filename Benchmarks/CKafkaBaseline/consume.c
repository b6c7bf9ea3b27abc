#include "common.h"

#include <stdlib.h>

// Counts the records of a batch, checks them, and gives them back.
static bool take(
    rd_kafka_message_t **messages,
    ssize_t count,
    const kafka_baseline_load *load,
    long *records,
    kafka_baseline_outcome *outcome
) {
    bool is_fine = true;
    for (ssize_t index = 0; index < count; index++) {
        rd_kafka_message_t *message = messages[index];
        if (!message->err) {
            (*records)++;
            if (message->len != load->value_bytes) is_fine = kafka_baseline_fail(outcome, "a record of another length", NULL);
        } else if (message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            is_fine = kafka_baseline_fail(outcome, "an error in place of a record", rd_kafka_message_errstr(message));
        }
        rd_kafka_message_destroy(message);
    }
    return is_fine;
}

static bool read_all(
    rd_kafka_queue_t *queue,
    rd_kafka_message_t **messages,
    const kafka_baseline_load *load,
    kafka_baseline_outcome *outcome
) {
    long records = 0;
    double start = 0, processor = 0, limit = baseline_now() + patience_seconds;
    while (records < load->records) {
        ssize_t count = rd_kafka_consume_batch_queue(queue, 100, messages, (size_t)load->batch);
        if (count < 0) return kafka_baseline_fail(outcome, "cannot read", rd_kafka_err2str(rd_kafka_last_error()));
        if (count > 0) limit = baseline_now() + patience_seconds;
        if (baseline_now() > limit) return kafka_baseline_fail(outcome, "no records any more", NULL);
        if (count > 0 && records == 0) {
            start = baseline_now();
            processor = baseline_processor_seconds();
        }
        if (!take(messages, count, load, &records, outcome)) return false;
    }
    outcome->seconds = baseline_now() - start;
    outcome->processor_seconds = baseline_processor_seconds() - processor;
    return true;
}

bool kafka_baseline_consume(
    kafka_baseline_client client, const kafka_baseline_load *load, kafka_baseline_outcome *outcome
) {
    rd_kafka_message_t **messages = calloc((size_t)load->batch, sizeof *messages);
    if (!messages) return kafka_baseline_fail(outcome, "no memory", NULL);
    rd_kafka_t *consumer = kafka_baseline_subscribe(client, load->topic, outcome);
    bool is_fine = consumer != NULL;
    if (consumer) {
        rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(consumer);
        is_fine = read_all(queue, messages, load, outcome);
        rd_kafka_queue_destroy(queue);
        rd_kafka_consumer_close(consumer);
        rd_kafka_destroy(consumer);
    }
    free(messages);
    return is_fine;
}
