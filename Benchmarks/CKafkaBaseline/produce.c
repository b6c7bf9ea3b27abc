#include "common.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const kafka_baseline_load *load;
    rd_kafka_t *client;
    rd_kafka_topic_t *topic;
    char *keys;
    char *value;
    rd_kafka_message_t *messages;
    // Sent and reported, since the client was ready.
    long sent;
    long reported;
    // Whether a report makes room for the next record at once.
    bool in_turns;
    bool has_failed;
} run;

static const char *key(const run *run, long record) {
    return run->keys + (size_t)(record % run->load->keys) * key_bytes;
}

// False when there is no room.
static bool send_one(run *run) {
    const char *text = key(run, run->sent);
    if (rd_kafka_produce(
            run->topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, run->value, run->load->value_bytes, text,
            strlen(text), NULL
        ) != 0) {
        run->has_failed = run->has_failed || rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL;
        return false;
    }
    run->sent++;
    return true;
}

static void on_report(rd_kafka_t *client, const rd_kafka_message_t *message, void *data) {
    (void)client;
    run *run = data;
    run->reported++;
    if (message->err) run->has_failed = true;
    if (run->in_turns && run->sent < run->load->records) send_one(run);
}

static bool open_run(run *run, kafka_baseline_client client, kafka_baseline_outcome *outcome) {
    const kafka_baseline_load *load = run->load;
    rd_kafka_conf_t *conf = kafka_baseline_conf(client, outcome);
    if (!conf) return false;
    rd_kafka_conf_set_dr_msg_cb(conf, on_report);
    rd_kafka_conf_set_opaque(conf, run);
    run->client = kafka_baseline_open(RD_KAFKA_PRODUCER, conf, outcome);
    if (!run->client) return false;
    run->topic = rd_kafka_topic_new(run->client, load->topic, NULL);
    run->keys = kafka_baseline_keys(load->keys);
    run->value = malloc(load->value_bytes);
    run->messages = calloc((size_t)load->batch, sizeof *run->messages);
    if (!run->topic || !run->keys || !run->value || !run->messages) return kafka_baseline_fail(outcome, "no memory", NULL);
    memset(run->value, 'x', load->value_bytes);
    return true;
}

static void close_run(run *run) {
    if (run->topic) rd_kafka_topic_destroy(run->topic);
    if (run->client) rd_kafka_destroy(run->client);
    free(run->keys);
    free(run->value);
    free(run->messages);
}

// Takes reports until there are so many; false after an error, or when nothing comes any more.
static bool await_reports(run *run, long count, kafka_baseline_outcome *outcome) {
    double limit = baseline_now() + patience_seconds;
    while (run->reported < count && !run->has_failed) {
        long before = run->reported;
        rd_kafka_poll(run->client, 100);
        if (run->reported > before) limit = baseline_now() + patience_seconds;
        if (baseline_now() > limit) return kafka_baseline_fail(outcome, "no reports any more", NULL);
    }
    return !run->has_failed || kafka_baseline_fail(outcome, "a record was not delivered", NULL);
}

// A record for each key: connections, leaders and the producer's id are there afterwards.
static bool prepare(run *run, kafka_baseline_outcome *outcome) {
    bool in_turns = run->in_turns;
    run->in_turns = false;
    for (int index = 0; index < run->load->keys; index++) {
        if (!send_one(run)) return kafka_baseline_fail(outcome, "the first records were refused", NULL);
    }
    if (!await_reports(run, run->load->keys, outcome)) return false;
    run->in_turns = in_turns;
    run->sent = run->reported = 0;
    return true;
}

// How many of the next batch were taken.
static int send_batch(run *run) {
    long left = run->load->records - run->sent;
    int count = left < run->load->batch ? (int)left : run->load->batch;
    for (int index = 0; index < count; index++) {
        const char *text = key(run, run->sent + index);
        run->messages[index] = (rd_kafka_message_t){
            .payload = run->value, .len = run->load->value_bytes, .key = (void *)text, .key_len = strlen(text)
        };
    }
    int taken = rd_kafka_produce_batch(run->topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, run->messages, count);
    run->sent += taken;
    return taken;
}

static bool send_batches(run *run, kafka_baseline_outcome *outcome) {
    const kafka_baseline_load *load = run->load;
    while (run->sent < load->records) {
        while (run->sent < load->records && run->sent - run->reported + load->batch <= load->in_flight) {
            if (send_batch(run) == 0) break;
        }
        if (!await_reports(run, run->reported + 1, outcome)) return false;
    }
    return await_reports(run, load->records, outcome);
}

static bool send_in_turns(run *run, kafka_baseline_outcome *outcome) {
    for (int index = 0; index < run->load->in_flight && run->sent < run->load->records; index++) {
        if (!send_one(run)) return kafka_baseline_fail(outcome, "a record was refused", NULL);
    }
    return await_reports(run, run->load->records, outcome);
}

static bool measure(run *run, kafka_baseline_client client, kafka_baseline_outcome *outcome) {
    bool is_fine = open_run(run, client, outcome) && prepare(run, outcome);
    double start = baseline_now(), processor = baseline_processor_seconds();
    if (is_fine) is_fine = run->in_turns ? send_in_turns(run, outcome) : send_batches(run, outcome);
    outcome->seconds = baseline_now() - start;
    outcome->processor_seconds = baseline_processor_seconds() - processor;
    close_run(run);
    return is_fine;
}

bool kafka_baseline_produce(
    kafka_baseline_client client, const kafka_baseline_load *load, kafka_baseline_outcome *outcome
) {
    run run = {.load = load};
    return measure(&run, client, outcome);
}

bool kafka_baseline_produce_in_turns(
    kafka_baseline_client client, const kafka_baseline_load *load, kafka_baseline_outcome *outcome
) {
    run run = {.load = load, .in_turns = true};
    return measure(&run, client, outcome);
}
