#ifndef C_REDIS_BASELINE_H
#define C_REDIS_BASELINE_H

#include <stdbool.h>
#include <stddef.h>

// The work of the Redis measurements in plain C on hiredis, as a C program would do it. All connect to 127.0.0.1. Every
// wait ends after 30 s. A function that returns false has written the reason into `error`.

typedef enum {
    redis_baseline_get,
    redis_baseline_set,
    redis_baseline_script,
} redis_baseline_command;

// Who sends what: `callers` callers, each of which sends `calls_each` commands, one after the reply to the last.
typedef struct {
    int port;
    int callers;
    // The callers are spread evenly over so many connections.
    int connections;
    long calls_each;
    redis_baseline_command command;
    // For `redis_baseline_set` the length of the values.
    size_t value_bytes;
    // For `redis_baseline_script` the 40 digits of the script.
    const char *script;
} redis_baseline_load;

typedef struct {
    double seconds;
    // Of the whole process, user and system.
    double processor_seconds;
    char error[160];
} redis_baseline_outcome;

// hiredis' asynchronous API with a poll loop: a caller sends its next command in the callback of its last one.
bool redis_baseline_run_async(const redis_baseline_load *load, redis_baseline_outcome *outcome);

// Pipelines of `callers` commands, each of which begins after the last reply of the one before; one connection.
bool redis_baseline_run_lockstep(const redis_baseline_load *load, redis_baseline_outcome *outcome);

// One caller, blocking API, GET: writes `count` durations in microseconds.
bool redis_baseline_run_lone(int port, size_t count, double *microseconds, redis_baseline_outcome *outcome);

// A thread hands a request to another one, which waits in poll(), through an eventfd, and waits at a condition
// variable for its answer: writes `count` durations in microseconds. With a port the other thread sends a GET before it
// answers, without (0) the durations are two thread hops and nothing else.
bool redis_baseline_run_hops(int port, size_t count, double *microseconds, redis_baseline_outcome *outcome);

// Calls that wait for their replies.
typedef struct redis_baseline_waiting redis_baseline_waiting;

// Connects and shows that the server answers; NULL when that fails.
redis_baseline_waiting *redis_baseline_waiting_connect(int port, redis_baseline_outcome *outcome);

// Sends `count` GETs with hiredis' asynchronous API and returns as soon as the system takes no more bytes.
bool redis_baseline_waiting_send(redis_baseline_waiting *waiting, int count, redis_baseline_outcome *outcome);

// Waits for all replies, disconnects and frees; pass NULL for nothing.
bool redis_baseline_waiting_finish(redis_baseline_waiting *waiting, redis_baseline_outcome *outcome);

#endif
