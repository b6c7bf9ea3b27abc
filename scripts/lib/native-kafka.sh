# shellcheck shell=bash disable=SC2153  # the port is set by name in env.sh
# The Kafka stand-in, and what a log that begins anew means for the databases.

kafka_start() {
    local topic topics=()
    for topic in "${KAFKA_TOPICS[@]}"; do topics+=(--topic "$topic:$KAFKA_PARTITIONS"); done
    [[ -d $DEV_DIR/kafka ]] || forget_positions_later
    # Before the broker answers: a server that is running must not find new logs beside positions in the old ones.
    ! part_pid mongo >/dev/null || forget_positions mongo
    ! part_pid postgres >/dev/null || forget_positions postgres
    spawn kafka "$(kafka_dev_program)" --port "$KAFKA_PORT" --data "$DEV_DIR/kafka" "${topics[@]}"
    await kafka 30
}

kafka_ready() { port_busy "$KAFKA_PORT"; }

kafka_version() { echo "-"; }

kafka_serves() { echo "kafka-dev (for Kafka)"; }

kafka_dev_program() { echo "$STACK_REPO/.build/$KAFKA_DEV_BUILD/kafka-dev"; }

# Builds the broker, which belongs to this repository; seconds when nothing has changed.
ensure_kafka_dev() {
    local log=$LOG_DIR/swift-build.log
    have swift || fail "Swift 6.2 or later is needed for kafka-dev (https://www.swift.org/install/linux), and no swift is on the PATH"
    [[ -x $(kafka_dev_program) ]] || say "building kafka-dev ($KAFKA_DEV_BUILD); the first build takes some minutes"
    mkdir -p "$LOG_DIR"
    swift build --package-path "$STACK_REPO" -c "$KAFKA_DEV_BUILD" --product kafka-dev >"$log" 2>&1 9>&- ||
        { grep -m 5 'error:' "$log" | sed 's/^/    swift: /' >&2; fail "kafka-dev could not be built; the log is $log"; }
}

# A new log starts empty, so whatever position was stored about the old one would skip new records.
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
    [[ $count == 0 ]] || say "kafka begins with an empty log: $count positions in its old one were dropped from $1"
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
