#include "common.h"

#include <stdlib.h>
#include <string.h>

struct run;

typedef struct {
    struct run *run;
    poll_link *link;
    const char *key;
    long calls_left;
} caller;

typedef struct run {
    const redis_baseline_load *load;
    char *keys;
    char *value;
    caller *callers;
    poll_link *links;
    long open_calls;
    bool is_wrong;
} run;

static void issue(caller *caller);

static void on_reply(redisAsyncContext *context, void *reply, void *data) {
    (void)context;
    caller *caller = data;
    caller->run->open_calls--;
    if (!redis_baseline_is_expected(caller->run->load, reply)) caller->run->is_wrong = true;
    if (caller->calls_left > 0 && reply) issue(caller);
}

static void issue(caller *caller) {
    command_words command;
    redis_baseline_words(caller->run->load, caller->key, caller->run->value, &command);
    caller->calls_left--;
    caller->run->open_calls++;
    if (redisAsyncCommandArgv(caller->link->context, on_reply, caller, command.count, command.words, command.lengths) !=
        REDIS_OK) {
        caller->run->is_wrong = true;
        caller->run->open_calls--;
    }
}

static void release(run *run) {
    for (int index = 0; run->links && index < run->load->connections; index++) {
        if (run->links[index].context) redisAsyncFree(run->links[index].context);
    }
    free(run->links);
    free(run->callers);
    free(run->keys);
    free(run->value);
}

static bool prepare(run *run, redis_baseline_outcome *outcome) {
    const redis_baseline_load *load = run->load;
    run->keys = redis_baseline_keys(load->callers);
    run->value = malloc(load->value_bytes + 1);
    run->callers = calloc((size_t)load->callers, sizeof *run->callers);
    run->links = calloc((size_t)load->connections, sizeof *run->links);
    if (!run->keys || !run->value || !run->callers || !run->links) return redis_baseline_fail(outcome, "no memory", NULL);
    memset(run->value, 'x', load->value_bytes);
    for (int index = 0; index < load->connections; index++) {
        if (!poll_link_open(&run->links[index], load->port, outcome)) return false;
        // Connecting does not belong to what is measured.
        if (!poll_links_turn(&run->links[index], 1, outcome)) return false;
    }
    for (int index = 0; index < load->callers; index++) {
        poll_link *link = &run->links[index % load->connections];
        run->callers[index] = (caller){run, link, run->keys + (size_t)index * key_bytes, load->calls_each};
    }
    return true;
}

bool redis_baseline_run_async(const redis_baseline_load *load, redis_baseline_outcome *outcome) {
    run run = {.load = load};
    bool is_fine = prepare(&run, outcome);
    double start = baseline_now(), processor = baseline_processor_seconds();
    for (int index = 0; is_fine && index < load->callers; index++) issue(&run.callers[index]);
    while (is_fine && run.open_calls > 0) is_fine = poll_links_turn(run.links, load->connections, outcome);
    outcome->seconds = baseline_now() - start;
    outcome->processor_seconds = baseline_processor_seconds() - processor;
    if (is_fine && run.is_wrong) is_fine = redis_baseline_fail(outcome, "a reply was not what was asked for", NULL);
    release(&run);
    return is_fine;
}

static bool send_pipeline(redisContext *context, run *run, redis_baseline_outcome *outcome) {
    command_words command;
    for (int index = 0; index < run->load->callers; index++) {
        redis_baseline_words(run->load, run->keys + (size_t)index * key_bytes, run->value, &command);
        redisAppendCommandArgv(context, command.count, command.words, command.lengths);
    }
    for (int index = 0; index < run->load->callers; index++) {
        void *reply = NULL;
        if (redisGetReply(context, &reply) != REDIS_OK) return redis_baseline_fail(outcome, "no reply", context->errstr);
        bool is_expected = redis_baseline_is_expected(run->load, reply);
        freeReplyObject(reply);
        if (!is_expected) return redis_baseline_fail(outcome, "a reply was not what was asked for", NULL);
    }
    return true;
}

bool redis_baseline_run_lockstep(const redis_baseline_load *load, redis_baseline_outcome *outcome) {
    run run = {.load = load};
    redisContext *context = redis_baseline_connect(load->port, outcome);
    if (!context) return false;
    run.keys = redis_baseline_keys(load->callers);
    run.value = malloc(load->value_bytes + 1);
    bool is_fine = run.keys && run.value;
    if (is_fine) memset(run.value, 'x', load->value_bytes);
    double start = baseline_now(), processor = baseline_processor_seconds();
    for (long call = 0; is_fine && call < load->calls_each; call++) is_fine = send_pipeline(context, &run, outcome);
    outcome->seconds = baseline_now() - start;
    outcome->processor_seconds = baseline_processor_seconds() - processor;
    redisFree(context);
    free(run.keys);
    free(run.value);
    return is_fine;
}
