#ifndef C_REDIS_BASELINE_COMMON_H
#define C_REDIS_BASELINE_COMMON_H

#include "CRedisBaseline.h"

#include <CBaselineClock.h>
#include <hiredis/async.h>
#include <hiredis/hiredis.h>

enum {
    poll_milliseconds = 30000,
    key_bytes = 24,
};

// The words of one caller's command; it refers to the load and the key.
typedef struct {
    int count;
    const char *words[5];
    size_t lengths[5];
} command_words;

// Writes the reason and returns false, to be returned at once.
bool redis_baseline_fail(redis_baseline_outcome *outcome, const char *reason, const char *detail);

// A connection for the blocking API, or NULL.
redisContext *redis_baseline_connect(int port, redis_baseline_outcome *outcome);

// The keys of the callers, in one block of `key_bytes` each; NULL without memory.
char *redis_baseline_keys(int callers);

void redis_baseline_words(const redis_baseline_load *load, const char *key, const char *value, command_words *command);

// Whether the reply is what the load asks for.
bool redis_baseline_is_expected(const redis_baseline_load *load, const redisReply *reply);

// A connection for the asynchronous API, with its wishes for poll().
typedef struct {
    redisAsyncContext *context;
    bool reads;
    bool writes;
} poll_link;

// Connects; the link must stay where it is.
bool poll_link_open(poll_link *link, int port, redis_baseline_outcome *outcome);

// Waits for one of the links and lets hiredis work; false after an error or 30 s without anything.
bool poll_links_turn(poll_link *links, int count, redis_baseline_outcome *outcome);

#endif
