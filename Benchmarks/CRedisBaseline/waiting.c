#include "common.h"

#include <stdlib.h>
#include <string.h>

struct redis_baseline_waiting {
    poll_link link;
    int open_calls;
    bool is_wrong;
};

static void on_reply(redisAsyncContext *context, void *reply, void *data) {
    (void)context;
    redis_baseline_waiting *waiting = data;
    waiting->open_calls--;
    if (!reply) waiting->is_wrong = true;
}

static bool send_one(redis_baseline_waiting *waiting) {
    waiting->open_calls++;
    return redisAsyncCommand(waiting->link.context, on_reply, waiting, "GET bench:0") == REDIS_OK;
}

static bool wait_for_all(redis_baseline_waiting *waiting, redis_baseline_outcome *outcome) {
    while (waiting->open_calls > 0) {
        if (!poll_links_turn(&waiting->link, 1, outcome)) return false;
    }
    return !waiting->is_wrong || redis_baseline_fail(outcome, "a call failed", NULL);
}

redis_baseline_waiting *redis_baseline_waiting_connect(int port, redis_baseline_outcome *outcome) {
    redis_baseline_waiting *waiting = calloc(1, sizeof *waiting);
    if (!waiting) return NULL;
    if (poll_link_open(&waiting->link, port, outcome) && send_one(waiting) && wait_for_all(waiting, outcome)) {
        return waiting;
    }
    redis_baseline_outcome ignored;
    waiting->open_calls = 0;
    redis_baseline_waiting_finish(waiting, &ignored);
    return NULL;
}

bool redis_baseline_waiting_send(redis_baseline_waiting *waiting, int count, redis_baseline_outcome *outcome) {
    for (int index = 0; index < count; index++) {
        if (!send_one(waiting)) return redis_baseline_fail(outcome, "a call was refused", NULL);
    }
    // One write takes all that fits into the socket.
    redisAsyncHandleWrite(waiting->link.context);
    return waiting->link.context || redis_baseline_fail(outcome, "the connection was lost", NULL);
}

bool redis_baseline_waiting_finish(redis_baseline_waiting *waiting, redis_baseline_outcome *outcome) {
    if (!waiting) return true;
    bool is_fine = wait_for_all(waiting, outcome);
    if (waiting->link.context) redisAsyncFree(waiting->link.context);
    free(waiting);
    return is_fine;
}
