# shellcheck shell=bash disable=SC2034  # every name here is read by the files that source this one
# Names, ports, packages and folders of the live stack: the one place where they are written down.
#
# A port may be changed in .env or in the environment (the environment wins); docker-compose.yml reads the same names
# with the same defaults, and scripts/tests/stack-test compares the two.

# The folder of the repository, and the folder that holds .env and .dev (the same one but in tests of this script).
STACK_REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
STACK_HOME=${STACK_HOME:-$STACK_REPO}
STACK_NATIVE=$STACK_REPO/scripts/native

# Everything that the native form writes lies below DEV_DIR, which git ignores.
DEV_DIR=$STACK_HOME/.dev
RUN_DIR=$DEV_DIR/run
LOG_DIR=$DEV_DIR/log
BIN_DIR=$DEV_DIR/bin
VENV_DIR=${STACK_VENV:-$DEV_DIR/venv}
ENV_FILE=$STACK_HOME/.env

# In the order of their start; they stop in the reverse order (see native_down).
readonly PARTS=(redis postgres etcd mongo minio kafka)

readonly PORT_NAMES=(REDIS_PORT POSTGRES_PORT ETCD_PORT ETCD_PEER_PORT MONGO_PORT MINIO_PORT KAFKA_PORT)
declare -rA PORT_DEFAULTS=(
    [REDIS_PORT]=16379 [POSTGRES_PORT]=15432 [ETCD_PORT]=12379 [ETCD_PEER_PORT]=12380
    [MONGO_PORT]=37017 [MINIO_PORT]=10005 [KAFKA_PORT]=19094
)
declare -rA PART_PORTS=(
    [redis]="REDIS_PORT" [postgres]="POSTGRES_PORT" [etcd]="ETCD_PORT ETCD_PEER_PORT"
    [mongo]="MONGO_PORT" [minio]="MINIO_PORT" [kafka]="KAFKA_PORT"
)

# Generated at the first start when .env lacks them.
readonly SECRET_NAMES=(
    OPENIM_SECRET REDIS_PASSWORD POSTGRES_PASSWORD MONGO_PASSWORD MONGO_ROOT_PASSWORD MINIO_ROOT_PASSWORD
)

# Version lines that both forms keep to: Debian 12 for the native form, the image tag for docker. MongoDB, Kafka and
# S3 have no server in Debian 12; their native form is a stand-in, so only the image has such a line.
declare -rA PART_VERSIONS=([redis]=7.0 [postgres]=15 [etcd]=3.4 [mongo]=7.0 [minio]=RELEASE.2024-01-11 [kafka]=3.9)

# Users, databases and topics, the same in both forms.
readonly POSTGRES_USER=openim POSTGRES_DATABASE=openim
readonly MONGO_USER=openIM MONGO_DATABASE=openim_v3
readonly MINIO_USER=root MINIO_BUCKET=openim
readonly KAFKA_TOPICS=(
    toRedis toMongo toPush toOfflinePush toRedis.deadLetter toMongo.deadLetter toPush.deadLetter
)
readonly KAFKA_PARTITIONS=8

# How kafka-dev is built: debug shares the build of the tests, release is what speed is measured with.
KAFKA_DEV_BUILD=${KAFKA_DEV_BUILD:-debug}

# Debian packages that each part needs to run natively, and those that building the server needs.
declare -rA PART_PACKAGES=(
    [redis]="redis-server redis-tools"
    [postgres]="postgresql postgresql-client"
    [etcd]="etcd-server curl"
    [mongo]="python3 python3-venv"
    [minio]="python3 python3-venv curl"
    [kafka]="gcc libc6-dev pkg-config zlib1g-dev"
)
# Clients that are not ours, for the tests of kafka-dev; the one from PyPI stands in native/requirements.txt.
readonly TEST_PACKAGES=(kcat python3-kafka python3-snappy python3-lz4 python3-zstandard)
readonly BUILD_PACKAGES=(
    pkg-config gcc libc6-dev libhiredis-dev librdkafka-dev libmongoc-dev libbson-dev libpq-dev libssl-dev
    libcurl4-openssl-dev zlib1g-dev
)
