#include "common.h"

#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

static bool get(redisContext *context, redis_baseline_outcome *outcome) {
    redisReply *reply = redisCommand(context, "GET bench:0");
    if (!reply) return redis_baseline_fail(outcome, "no reply", context->errstr);
    bool is_error = reply->type == REDIS_REPLY_ERROR;
    if (is_error) redis_baseline_fail(outcome, "GET failed", reply->str);
    freeReplyObject(reply);
    return !is_error;
}

bool redis_baseline_run_lone(int port, size_t count, double *microseconds, redis_baseline_outcome *outcome) {
    redisContext *context = redis_baseline_connect(port, outcome);
    if (!context) return false;
    bool is_fine = get(context, outcome);
    for (size_t index = 0; is_fine && index < count; index++) {
        double start = baseline_now();
        is_fine = get(context, outcome);
        microseconds[index] = (baseline_now() - start) * 1e6;
    }
    redisFree(context);
    return is_fine;
}

// What the two threads share. The caller asks by the eventfd and waits for `answers` to reach its number.
typedef struct {
    int wake_up;
    redisContext *context;
    pthread_mutex_t mutex;
    pthread_cond_t answered;
    uint64_t answers;
    bool is_ending;
    bool has_failed;
    redis_baseline_outcome *outcome;
} exchange;

static void *serve(void *data) {
    exchange *exchange = data;
    while (true) {
        struct pollfd polled = {.fd = exchange->wake_up, .events = POLLIN};
        uint64_t number = 0;
        bool is_fine = poll(&polled, 1, poll_milliseconds) == 1 &&
                       read(exchange->wake_up, &number, sizeof number) == sizeof number;
        pthread_mutex_lock(&exchange->mutex);
        bool is_ending = exchange->is_ending;
        pthread_mutex_unlock(&exchange->mutex);
        if (is_ending) return NULL;
        if (is_fine && exchange->context) is_fine = get(exchange->context, exchange->outcome);
        pthread_mutex_lock(&exchange->mutex);
        exchange->answers++;
        if (!is_fine) exchange->has_failed = true;
        pthread_cond_signal(&exchange->answered);
        pthread_mutex_unlock(&exchange->mutex);
        if (!is_fine) return NULL;
    }
}

static bool ask(exchange *exchange, uint64_t number) {
    uint64_t one = 1;
    if (write(exchange->wake_up, &one, sizeof one) != sizeof one) return false;
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += poll_milliseconds / 1000;
    pthread_mutex_lock(&exchange->mutex);
    int error = 0;
    while (exchange->answers < number && error == 0) {
        error = pthread_cond_timedwait(&exchange->answered, &exchange->mutex, &limit);
    }
    bool is_fine = error == 0 && !exchange->has_failed;
    pthread_mutex_unlock(&exchange->mutex);
    return is_fine;
}

static bool measure(exchange *exchange, size_t count, double *microseconds) {
    bool is_fine = true;
    // A few are not counted: the other thread has to be there first.
    for (size_t index = 0; is_fine && index < count + 10; index++) {
        double start = baseline_now();
        is_fine = ask(exchange, index + 1);
        if (index >= 10) microseconds[index - 10] = (baseline_now() - start) * 1e6;
    }
    return is_fine;
}

bool redis_baseline_run_hops(int port, size_t count, double *microseconds, redis_baseline_outcome *outcome) {
    exchange exchange = {.wake_up = eventfd(0, EFD_CLOEXEC), .outcome = outcome};
    if (exchange.wake_up < 0) return redis_baseline_fail(outcome, "no eventfd", NULL);
    if (port) exchange.context = redis_baseline_connect(port, outcome);
    if (port && !exchange.context) {
        close(exchange.wake_up);
        return false;
    }
    pthread_mutex_init(&exchange.mutex, NULL);
    pthread_cond_init(&exchange.answered, NULL);
    pthread_t thread;
    bool is_fine = pthread_create(&thread, NULL, serve, &exchange) == 0;
    if (is_fine) {
        is_fine = measure(&exchange, count, microseconds);
        pthread_mutex_lock(&exchange.mutex);
        exchange.is_ending = true;
        pthread_mutex_unlock(&exchange.mutex);
        uint64_t one = 1;
        is_fine = write(exchange.wake_up, &one, sizeof one) == sizeof one && is_fine;
        pthread_join(thread, NULL);
    }
    if (!is_fine && !outcome->error[0]) redis_baseline_fail(outcome, "the hop between threads failed", NULL);
    pthread_cond_destroy(&exchange.answered);
    pthread_mutex_destroy(&exchange.mutex);
    if (exchange.context) redisFree(exchange.context);
    close(exchange.wake_up);
    return is_fine;
}
