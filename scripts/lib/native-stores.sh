# shellcheck shell=bash disable=SC2153  # the ports and passwords are set by name in env.sh
# The native servers but PostgreSQL and Kafka. Each part has PART_start, which returns when it is ready, PART_ready,
# PART_version and PART_serves (what it is, for status).

# --- Redis

redis_start() {
    local config=$DEV_DIR/redis.conf
    private_folder "$DEV_DIR/redis"
    # The password stands in a file that only its owner reads; on a command line everybody could see it.
    (umask 077 && cat >"$config") <<EOF
bind 127.0.0.1
port $REDIS_PORT
dir "$DEV_DIR/redis"
requirepass $REDIS_PASSWORD
appendonly yes
save ""
EOF
    spawn redis redis-server "$config"
    await redis 20
}

redis_ready() {
    local command=(redis-cli -h 127.0.0.1 -p "$REDIS_PORT" ping)
    [[ $(REDISCLI_AUTH=$REDIS_PASSWORD timeout 3 "${command[@]}" 2>/dev/null) == PONG ]]
}

redis_version() { redis-server --version | sed -E 's/.* v=([0-9.]+).*/\1/'; }

redis_serves() { echo "Redis"; }

# --- etcd

etcd_start() {
    local client=http://127.0.0.1:$ETCD_PORT peer=http://127.0.0.1:$ETCD_PEER_PORT
    private_folder "$DEV_DIR/etcd"
    # Without this etcd 3.4 refuses to run on anything but amd64.
    [[ $(uname -m) != aarch64 ]] || export ETCD_UNSUPPORTED_ARCH=arm64
    spawn etcd etcd --data-dir "$DEV_DIR/etcd" \
        --listen-client-urls "$client" --advertise-client-urls "$client" \
        --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "default=$peer"
    await etcd 30
}

etcd_ready() {
    [[ $(curl -s --noproxy '*' -m 2 "http://127.0.0.1:$ETCD_PORT/health") == *'"health":"true"'* ]]
}

etcd_version() { etcd --version | sed -n 's/^etcd Version: //p'; }

etcd_serves() { echo "etcd"; }

# --- MongoDB (stand-in)

mongo_spawn() {
    # A commit that is not synced would be lost with the process; the pipeline promises more than that. The empty
    # configuration keeps it from looking for one in the home folder.
    : >"$DEV_DIR/mongo/secantusd.toml"
    spawn mongo "$VENV_DIR/bin/secantusd-py" --config "$DEV_DIR/mongo/secantusd.toml" --host 127.0.0.1 \
        --port "$MONGO_PORT" --storage-path "$DEV_DIR/mongo/data" --log-level WARNING --sync-on-commit "$@"
}

mongo_start() {
    private_folder "$DEV_DIR/mongo"
    [[ -f $DEV_DIR/mongo/user-created ]] || mongo_create_user
    mongo_spawn --auth
    poll 30 mongo_answers || show_log_and_fail mongo "does not answer"
    mongo_admin ping 2>/dev/null >&2 && return 0
    fail "mongo does not accept MONGO_PASSWORD of $ENV_FILE: $PASSWORD_REMEDY mongo"
}

# The stand-in knows no first user: one is made on a run without --auth.
mongo_create_user() {
    mongo_spawn
    poll 30 mongo_answers || show_log_and_fail mongo "does not answer"
    mongo_admin create-user || show_log_and_fail mongo "lets no user be created"
    halt mongo
    : >"$DEV_DIR/mongo/user-created"
}

mongo_admin() {
    MONGO_PASSWORD=$MONGO_PASSWORD "$VENV_DIR/bin/python" "$STACK_NATIVE/mongo-admin.py" "$MONGO_PORT" "$1"
}

mongo_answers() {
    part_pid mongo >/dev/null || show_log_and_fail mongo "ended while it started"
    port_busy "$MONGO_PORT" && mongo_admin reachable 2>/dev/null
}

mongo_ready() { port_busy "$MONGO_PORT" && mongo_admin ping 2>/dev/null; }

mongo_version() { venv_version secantusdb; }

mongo_serves() { echo "SecantusDB (for MongoDB)"; }

# --- S3 (stand-in)

minio_start() {
    spawn minio "$VENV_DIR/bin/moto_server" -H 127.0.0.1 -p "$MINIO_PORT"
    await minio 60
    # It keeps objects in memory only, so the bucket has to be made again each time.
    curl -sf --noproxy '*' -m 10 -o /dev/null -X PUT "$(minio_url)/$MINIO_BUCKET" ||
        fail "minio does not make the bucket $MINIO_BUCKET"
}

minio_url() { echo "http://127.0.0.1:$MINIO_PORT"; }

minio_ready() {
    [[ $(curl -s --noproxy '*' -m 5 -o /dev/null -w '%{http_code}' "$(minio_url)/") == 200 ]]
}

minio_version() { venv_version moto; }

minio_serves() { echo "moto (for S3)"; }
