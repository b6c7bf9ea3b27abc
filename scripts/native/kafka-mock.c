// A Kafka stand-in for development: librdkafka's mock cluster on fixed ports of 127.0.0.1.
//
// It keeps every record in memory and nothing on disk: whoever restarts it starts with empty logs. It has no
// admin API, no transactions and no authentication. Never use it for messages that matter.
//
//   kafka-mock [-b BROKERS] [-r MIB] PORT TOPIC:PARTITIONS...
//
// Broker i listens on PORT + i. Prints one line that begins with READY when all topics are there, then runs until
// SIGTERM or SIGINT. Three functions of libc are replaced below (link with -rdynamic), because the mock cluster has no
// settings for them: bind for the ports, listen for the backlog, calloc for the retention.

#define _GNU_SOURCE
#include <errno.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    MAX_BLOCKS = 4096,
    MAX_BROKERS = 16,
    MAX_PARTITIONS = 1024,
    BACKLOG = 128,
    DEFAULT_RETENTION_MIB = 512
};

// What one partition of the mock cluster keeps when nobody interferes, and what stands in its memory side by side.
static const size_t mock_limits[2] = {5 * 1024 * 1024, 100000};

static atomic_int next_port;          // 0: leave ports alone
static atomic_int recording;          // 1: remember what calloc hands out
static atomic_int block_count;
static struct {
    void *start;
    size_t size;
} blocks[MAX_BLOCKS];

extern void *__libc_calloc(size_t count, size_t size);

// Gives a socket that asks for any port of IPv4 the next one of ours.
int bind(int descriptor, const struct sockaddr *address, socklen_t length) {
    struct sockaddr_in fixed;
    if (atomic_load(&next_port) && address->sa_family == AF_INET && length == sizeof fixed) {
        memcpy(&fixed, address, length);
        if (fixed.sin_port == 0) {
            int on = 1;
            // A restart must not wait until the kernel has forgotten the connections of the last run.
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
            fixed.sin_port = htons((uint16_t)atomic_fetch_add(&next_port, 1));
            fixed.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            address = (const struct sockaddr *)&fixed;
        }
    }
    return (int)syscall(SYS_bind, descriptor, address, length);
}

// Five waiting connections, which the mock cluster asks for, are fewer than a server opens at its start.
int listen(int descriptor, int backlog) {
    return (int)syscall(SYS_listen, descriptor, backlog < BACKLOG ? BACKLOG : backlog);
}

// Notes the blocks in which the mock cluster lays out partitions, for lift_retention().
void *calloc(size_t count, size_t size) {
    void *start = __libc_calloc(count, size);
    if (start && atomic_load(&recording)) {
        int index = atomic_fetch_add(&block_count, 1);
        if (index < MAX_BLOCKS) {
            blocks[index].start = start;
            blocks[index].size = count * size;
        }
    }
    return start;
}

// Replaces the limits in every partition just made, and returns how many were found.
//
// The mock cluster drops acknowledged records above 5 MiB a partition without a word; a reader that lags would lose
// them. The limits have no setting, so they are looked for by value, which holds for the layout of librdkafka 2.0.2.
static int lift_retention(size_t retention) {
    int count = atomic_load(&block_count), lifted = 0;
    for (int i = 0; i < count && i < MAX_BLOCKS; i++) {
        char *end = (char *)blocks[i].start + blocks[i].size - sizeof mock_limits;
        for (char *at = blocks[i].start; at <= end; at += sizeof(size_t)) {
            if (memcmp(at, mock_limits, sizeof mock_limits) != 0) continue;
            size_t limits[2] = {retention, SIZE_MAX / 2};
            memcpy(at, limits, sizeof limits);
            lifted++;
        }
    }
    return lifted;
}

static int usage(void) {
    fprintf(stderr, "usage: kafka-mock [-b BROKERS 1-%d] [-r MIB] PORT TOPIC:PARTITIONS...\n", MAX_BROKERS);
    return 2;
}

// Reads a decimal number within limits; -1 when it is none.
static long number(const char *text, long low, long high) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    return errno || end == text || *end || value < low || value > high ? -1 : value;
}

// Creates one topic from "NAME:PARTITIONS"; 0 when that worked.
static int create_topic(rd_kafka_mock_cluster_t *cluster, const char *text, int brokers, size_t retention) {
    const char *colon = strrchr(text, ':');
    long partitions = colon ? number(colon + 1, 1, MAX_PARTITIONS) : -1;
    if (partitions < 0 || colon == text) return usage();
    char name[250];
    if (snprintf(name, sizeof name, "%.*s", (int)(colon - text), text) >= (int)sizeof name) return usage();

    atomic_store(&block_count, 0);
    atomic_store(&recording, 1);
    rd_kafka_resp_err_t error =
        rd_kafka_mock_topic_create(cluster, name, (int)partitions, brokers < 3 ? brokers : 3);
    atomic_store(&recording, 0);
    if (error) {
        fprintf(stderr, "kafka-mock: cannot create topic %s: %s\n", name, rd_kafka_err2str(error));
        return 1;
    }
    if (lift_retention(retention) != partitions)
        fprintf(stderr, "kafka-mock: warning: %s keeps only 5 MiB a partition (librdkafka %s has another layout)\n",
                name, rd_kafka_version_str());
    return 0;
}

// Starts the cluster with its topics, waits for a signal, ends the cluster.
static int serve(rd_kafka_t *handle, int brokers, long port, size_t retention, char **topics, const sigset_t *stop) {
    atomic_store(&next_port, (int)port);
    rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(handle, brokers);
    atomic_store(&next_port, 0);
    if (!cluster) {
        fprintf(stderr, "kafka-mock: cannot listen on 127.0.0.1:%ld (%d brokers)\n", port, brokers);
        return 1;
    }
    int status = 0;
    for (char **topic = topics; *topic && status == 0; topic++)
        status = create_topic(cluster, *topic, brokers, retention);
    if (status == 0) {
        printf("READY %s\n", rd_kafka_mock_cluster_bootstraps(cluster));
        fflush(stdout);
        int signal_number;
        sigwait(stop, &signal_number);
        printf("kafka-mock: stopped by %s; its records are gone\n", strsignal(signal_number));
    }
    rd_kafka_mock_cluster_destroy(cluster);
    return status;
}

int main(int argc, char **argv) {
    long brokers = 1, retention = DEFAULT_RETENTION_MIB, port;
    for (int option; (option = getopt(argc, argv, "b:r:")) != -1;) {
        if (option == 'b' && (brokers = number(optarg, 1, MAX_BROKERS)) > 0) continue;
        if (option == 'r' && (retention = number(optarg, 1, 1 << 20)) > 0) continue;
        return usage();
    }
    if (argc - optind < 2 || (port = number(argv[optind], 1, 65535 - MAX_BROKERS)) < 0) return usage();

    // Blocked before the library starts its threads, so that only sigwait() takes them.
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stop, NULL);
    signal(SIGPIPE, SIG_IGN);

    printf("kafka-mock: development stand-in on librdkafka %s: keeps nothing on disk, a restart starts empty\n",
           rd_kafka_version_str());
    fflush(stdout);
    char reason[512];
    rd_kafka_conf_t *settings = rd_kafka_conf_new();
    rd_kafka_conf_set(settings, "log_level", "4", NULL, 0);
    rd_kafka_t *handle = rd_kafka_new(RD_KAFKA_PRODUCER, settings, reason, sizeof reason);
    if (!handle) {
        fprintf(stderr, "kafka-mock: %s\n", reason);
        return 1;
    }
    int status = serve(handle, (int)brokers, port, (size_t)retention << 20, argv + optind + 1, &stop);
    rd_kafka_destroy(handle);
    return status;
}
