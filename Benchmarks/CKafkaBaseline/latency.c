#include "common.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// What a value begins with.
typedef struct {
    double sent;
    // Below zero: sent before the measurement, until the reader is there.
    long number;
} stamp;

typedef struct {
    rd_kafka_t *consumer;
    const kafka_baseline_load *load;
    double *microseconds;
    atomic_bool has_begun;
    atomic_bool is_ending;
    atomic_long seen;
    atomic_bool has_failed;
} reading;

static void note(reading *reading, const rd_kafka_message_t *message) {
    double now = baseline_now();
    stamp stamp;
    if (message->err || message->len != reading->load->value_bytes || message->len < sizeof stamp) {
        reading->has_failed = true;
        return;
    }
    memcpy(&stamp, message->payload, sizeof stamp);
    reading->has_begun = true;
    if (stamp.number < 0 || stamp.number >= reading->load->records) return;
    reading->microseconds[stamp.number] = (now - stamp.sent) * 1e6;
    reading->seen++;
}

static void *read_records(void *data) {
    reading *reading = data;
    while (!reading->is_ending && !reading->has_failed && reading->seen < reading->load->records) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(reading->consumer, 100);
        if (!message) continue;
        note(reading, message);
        rd_kafka_message_destroy(message);
    }
    return NULL;
}

typedef struct {
    rd_kafka_t *client;
    rd_kafka_topic_t *topic;
    const kafka_baseline_load *load;
    char *value;
} sending;

static bool send_record(sending *sending, long number) {
    stamp stamp = {baseline_now(), number};
    memcpy(sending->value, &stamp, sizeof stamp);
    char key[key_bytes];
    snprintf(key, sizeof key, "user:%ld", labs(number) % sending->load->keys);
    int status = rd_kafka_produce(
        sending->topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, sending->value, sending->load->value_bytes, key,
        strlen(key), NULL
    );
    rd_kafka_poll(sending->client, 0);
    return status == 0;
}

static void sleep_until(double instant) {
    struct timespec time = {.tv_sec = (time_t)instant, .tv_nsec = (long)((instant - (double)(time_t)instant) * 1e9)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

static bool send_all(sending *sending, reading *reading, int per_second, kafka_baseline_outcome *outcome) {
    double start = baseline_now();
    // Half a second more after the first record has arrived: by then every partition is read.
    long first = 0, number = 0;
    for (long count = 0; number < sending->load->records; count++) {
        if (!reading->has_begun) {
            first = count + per_second / 2;
            if (count > (long)patience_seconds * per_second) return kafka_baseline_fail(outcome, "nobody reads", NULL);
        }
        number = count - first;
        if (reading->has_failed) return kafka_baseline_fail(outcome, "a record was not read", NULL);
        if (number >= sending->load->records) break;
        if (!send_record(sending, number)) return kafka_baseline_fail(outcome, "refused", NULL);
        sleep_until(start + (double)(count + 1) / per_second);
    }
    double limit = baseline_now() + patience_seconds;
    while (reading->seen < sending->load->records) {
        if (reading->has_failed || baseline_now() > limit) return kafka_baseline_fail(outcome, "records are missing", NULL);
        rd_kafka_poll(sending->client, 20);
    }
    return true;
}

static bool measure(sending *sending, reading *reading, int per_second, kafka_baseline_outcome *outcome) {
    sending->topic = rd_kafka_topic_new(sending->client, sending->load->topic, NULL);
    sending->value = calloc(1, sending->load->value_bytes);
    if (!sending->topic || !sending->value || sending->load->value_bytes < sizeof(stamp)) {
        return kafka_baseline_fail(outcome, "no topic, no memory, or no room for the time", NULL);
    }
    pthread_t thread;
    if (pthread_create(&thread, NULL, read_records, reading) != 0) return kafka_baseline_fail(outcome, "no thread", NULL);
    bool is_fine = send_all(sending, reading, per_second, outcome);
    reading->is_ending = true;
    pthread_join(thread, NULL);
    return is_fine;
}

bool kafka_baseline_latency(
    kafka_baseline_client producer,
    kafka_baseline_client consumer,
    const kafka_baseline_load *load,
    int per_second,
    double *microseconds,
    kafka_baseline_outcome *outcome
) {
    sending sending = {.load = load};
    reading reading = {.load = load, .microseconds = microseconds};
    sending.client = kafka_baseline_open(RD_KAFKA_PRODUCER, kafka_baseline_conf(producer, outcome), outcome);
    if (sending.client) reading.consumer = kafka_baseline_subscribe(consumer, load->topic, outcome);
    bool is_fine = sending.client && reading.consumer && measure(&sending, &reading, per_second, outcome);
    if (sending.topic) rd_kafka_topic_destroy(sending.topic);
    if (sending.client) rd_kafka_destroy(sending.client);
    if (reading.consumer) {
        rd_kafka_consumer_close(reading.consumer);
        rd_kafka_destroy(reading.consumer);
    }
    free(sending.value);
    return is_fine;
}
