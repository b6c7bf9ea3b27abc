#include "common.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool redis_baseline_fail(redis_baseline_outcome *outcome, const char *reason, const char *detail) {
    snprintf(outcome->error, sizeof outcome->error, "%s%s%s", reason, detail ? ": " : "", detail ? detail : "");
    return false;
}

redisContext *redis_baseline_connect(int port, redis_baseline_outcome *outcome) {
    struct timeval limit = {.tv_sec = poll_milliseconds / 1000};
    redisContext *context = redisConnectWithTimeout("127.0.0.1", port, limit);
    if (!context || context->err || redisSetTimeout(context, limit) != REDIS_OK) {
        redis_baseline_fail(outcome, "cannot connect", context ? context->errstr : NULL);
        if (context) redisFree(context);
        return NULL;
    }
    return context;
}

char *redis_baseline_keys(int callers) {
    char *keys = calloc((size_t)callers, key_bytes);
    for (int caller = 0; keys && caller < callers; caller++) {
        snprintf(keys + (size_t)caller * key_bytes, key_bytes, "bench:%d", caller);
    }
    return keys;
}

void redis_baseline_words(const redis_baseline_load *load, const char *key, const char *value, command_words *command) {
    switch (load->command) {
    case redis_baseline_get:
        *command = (command_words){2, {"GET", key}, {3, strlen(key)}};
        break;
    case redis_baseline_set:
        *command = (command_words){3, {"SET", key, value}, {3, strlen(key), load->value_bytes}};
        break;
    case redis_baseline_script:
        *command = (command_words){5, {"EVALSHA", load->script, "1", key, "1"}, {7, 40, 1, strlen(key), 1}};
        break;
    }
}

bool redis_baseline_is_expected(const redis_baseline_load *load, const redisReply *reply) {
    if (!reply) return false;
    switch (load->command) {
    case redis_baseline_get: return reply->type == REDIS_REPLY_STRING && (size_t)reply->len == load->value_bytes;
    case redis_baseline_set: return reply->type == REDIS_REPLY_STATUS;
    case redis_baseline_script: return reply->type == REDIS_REPLY_INTEGER;
    }
    return false;
}

static void add_read(void *data) { ((poll_link *)data)->reads = true; }
static void remove_read(void *data) { ((poll_link *)data)->reads = false; }
static void add_write(void *data) { ((poll_link *)data)->writes = true; }
static void remove_write(void *data) { ((poll_link *)data)->writes = false; }
static void clean_up(void *data) { *(poll_link *)data = (poll_link){0}; }

bool poll_link_open(poll_link *link, int port, redis_baseline_outcome *outcome) {
    redisAsyncContext *context = redisAsyncConnect("127.0.0.1", port);
    if (!context || context->err) {
        redis_baseline_fail(outcome, "cannot connect", context ? context->errstr : NULL);
        if (context) redisAsyncFree(context);
        return false;
    }
    *link = (poll_link){.context = context, .writes = true};
    context->ev.data = link;
    context->ev.addRead = add_read;
    context->ev.delRead = remove_read;
    context->ev.addWrite = add_write;
    context->ev.delWrite = remove_write;
    context->ev.cleanup = clean_up;
    return true;
}

bool poll_links_turn(poll_link *links, int count, redis_baseline_outcome *outcome) {
    struct pollfd polled[count];
    for (int index = 0; index < count; index++) {
        poll_link *link = &links[index];
        if (!link->context) return redis_baseline_fail(outcome, "the connection was lost", NULL);
        short events = (short)((link->reads ? POLLIN : 0) | (link->writes ? POLLOUT : 0));
        polled[index] = (struct pollfd){.fd = link->context->c.fd, .events = events};
    }
    if (poll(polled, (nfds_t)count, poll_milliseconds) <= 0) return redis_baseline_fail(outcome, "no reply for 30 s", NULL);
    // Writing first, as the adapters of hiredis for event loops do.
    for (int index = 0; index < count; index++) {
        poll_link *link = &links[index];
        if (polled[index].revents & (POLLOUT | POLLERR | POLLHUP)) redisAsyncHandleWrite(link->context);
        if (link->context && polled[index].revents & POLLIN) redisAsyncHandleRead(link->context);
    }
    return true;
}
