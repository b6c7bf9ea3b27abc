# shellcheck shell=bash disable=SC2153  # the port is set by name in env.sh
# The Kafka stand-in, and what its forgetting means for the databases.

kafka_start() {
    local topics=("${KAFKA_TOPICS[@]/%/:$KAFKA_PARTITIONS}")
    forget_positions_later
    # Before the broker answers: a server that is running must not find new logs beside positions in the old ones.
    ! part_pid mongo >/dev/null || forget_positions mongo
    ! part_pid postgres >/dev/null || forget_positions postgres
    spawn kafka "$BIN_DIR/kafka-mock" -b "${KAFKA_MOCK_BROKERS:-1}" "$KAFKA_PORT" "${topics[@]}"
    await kafka 30
    say "kafka is a development stand-in that keeps nothing on disk: its records last until it stops"
}

kafka_ready() { grep -q '^READY ' "$LOG_DIR/kafka.log" 2>/dev/null && port_busy "$KAFKA_PORT"; }

kafka_version() { dpkg-query -W -f '${Version}' librdkafka1 2>/dev/null | sed 's/-.*//'; }

kafka_serves() { echo "librdkafka's mock cluster (for Kafka)"; }

# A new broker starts with empty logs, so whatever position was stored about the old ones would skip new records.
# The databases may be down now; what is to be forgotten is noted, and done as soon as each of them is up.
forget_positions_later() {
    mkdir -p "$RUN_DIR"
    : >"$RUN_DIR/forget-mongo"
    : >"$RUN_DIR/forget-postgres"
}

# forget_positions PART: deletes the positions that one database holds, when that is still to be done.
forget_positions() {
    local mark=$RUN_DIR/forget-$1 count
    [[ -f $mark ]] || return 0
    count=$("forget_positions_in_$1") ||
        fail "$1 still holds positions in the log of an earlier broker, and they cannot be deleted"
    rm -f "$mark"
    [[ $count == 0 ]] || say "the stand-in broker keeps nothing: $count positions in its old log were dropped from $1"
}

# The history writer's: collection pipeline, documents toMongo/<partition>. The partition count there stays.
forget_positions_in_mongo() { mongo_admin drop-positions; }

# The archiver's.
forget_positions_in_postgres() {
    local table
    table=$(postgres_query "$POSTGRES_DATABASE" "select to_regclass('archive_positions') is not null") || return 1
    if [[ $table == t ]]; then
        postgres_query "$POSTGRES_DATABASE" \
            "with gone as (delete from archive_positions returning 1) select count(*) from gone"
    else
        echo 0
    fi
}
