#include "common.h"

#include <stdio.h>
#include <stdlib.h>

bool kafka_baseline_fail(kafka_baseline_outcome *outcome, const char *reason, const char *detail) {
    snprintf(outcome->error, sizeof outcome->error, "%s%s%s", reason, detail ? ": " : "", detail ? detail : "");
    return false;
}

rd_kafka_conf_t *kafka_baseline_conf(kafka_baseline_client client, kafka_baseline_outcome *outcome) {
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char text[128];
    for (int index = 0; index < client.property_count; index++) {
        kafka_baseline_property property = client.properties[index];
        if (rd_kafka_conf_set(conf, property.name, property.value, text, sizeof text) == RD_KAFKA_CONF_OK) continue;
        kafka_baseline_fail(outcome, property.name, text);
        rd_kafka_conf_destroy(conf);
        return NULL;
    }
    return conf;
}

rd_kafka_t *kafka_baseline_open(rd_kafka_type_t type, rd_kafka_conf_t *conf, kafka_baseline_outcome *outcome) {
    if (!conf) return NULL;
    char text[128];
    rd_kafka_t *client = rd_kafka_new(type, conf, text, sizeof text);
    if (client) return client;
    rd_kafka_conf_destroy(conf);
    kafka_baseline_fail(outcome, "no client", text);
    return NULL;
}

char *kafka_baseline_keys(int count) {
    char *keys = calloc((size_t)count, key_bytes);
    for (int index = 0; keys && index < count; index++) {
        snprintf(keys + (size_t)index * key_bytes, key_bytes, "user:%d", index);
    }
    return keys;
}

rd_kafka_t *kafka_baseline_subscribe(
    kafka_baseline_client client, const char *topic, kafka_baseline_outcome *outcome
) {
    rd_kafka_t *consumer = kafka_baseline_open(RD_KAFKA_CONSUMER, kafka_baseline_conf(client, outcome), outcome);
    if (!consumer) return NULL;
    rd_kafka_poll_set_consumer(consumer);
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, topic, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t status = rd_kafka_subscribe(consumer, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    if (status == RD_KAFKA_RESP_ERR_NO_ERROR) return consumer;
    kafka_baseline_fail(outcome, "cannot subscribe", rd_kafka_err2str(status));
    rd_kafka_destroy(consumer);
    return NULL;
}
