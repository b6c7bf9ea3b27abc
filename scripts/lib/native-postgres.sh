# shellcheck shell=bash disable=SC2153  # the port and the password are set by name in env.sh
# PostgreSQL without systemd, also for root, as whom it refuses to run: then it runs as user postgres.

# Runs a command as the user that PostgreSQL runs as, in a folder which that user may enter.
as_postgres() {
    if ((EUID == 0)); then
        (cd / && setpriv --reuid=postgres --regid=postgres --clear-groups "$@")
    else
        (cd / && "$@")
    fi
}

# Prints the folder with the server's tools: of the version that made the data, else the newest one.
postgres_bin() {
    local version='' folders
    [[ ! -f $DEV_DIR/postgres/data/PG_VERSION ]] || version=$(<"$DEV_DIR/postgres/data/PG_VERSION")
    if [[ -n $version && -x /usr/lib/postgresql/$version/bin/postgres ]]; then
        echo "/usr/lib/postgresql/$version/bin"
        return
    fi
    mapfile -t folders < <(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V)
    if [[ -x ${folders[-1]}/postgres ]]; then
        echo "${folders[-1]}"
    else
        dirname "$(command -v postgres)"
    fi
}

# Where the data goes when user postgres cannot reach .dev, for example because the repository lies in /root.
postgres_refuge() { echo "/var/lib/openim-stack/$(cksum <<<"$STACK_HOME" | cut -d ' ' -f 1)"; }

# Makes .dev/postgres: a folder, or a link to a folder below /var/lib when user postgres cannot reach it here.
postgres_folder() {
    local folder=$DEV_DIR/postgres refuge
    if [[ ! -e $folder ]]; then
        mkdir -p "$folder"
        ((EUID != 0)) || chown postgres:postgres "$folder"
        if ! as_postgres test -w "$folder"; then
            rmdir "$folder"
            refuge=$(postgres_refuge)
            say "user postgres may not enter $STACK_HOME: the data of PostgreSQL goes to $refuge"
            mkdir -p "$refuge"
            chown postgres:postgres "$refuge"
            ln -sfn "$refuge" "$folder"
        fi
    fi
    # Resolved first: user postgres may be unable to follow the link itself.
    as_postgres test -w "$(readlink -f "$folder")" ||
        fail "user $(as_postgres id -un) may not write to $folder: scripts/stack was run by another user before"
}

# Creates the cluster in a folder beside the final one, so that a first start that is interrupted leaves no half of it.
postgres_create() {
    local bin=$1 folder=$2 log=$LOG_DIR/initdb.log
    as_postgres rm -rf "$folder/new"
    # initdb takes the password from a file only; it stands there, closed to others, for as long as initdb runs.
    # shellcheck disable=SC2016  # $1 belongs to the inner shell
    as_postgres bash -c 'umask 077 && cat >"$1"' bash "$folder/password" <<<"$POSTGRES_PASSWORD"
    local status=0
    as_postgres "$bin/initdb" -D "$folder/new" -U "$POSTGRES_USER" --pwfile="$folder/password" --auth=scram-sha-256 \
        --encoding=UTF8 --locale=C.UTF-8 >"$log" 2>&1 9>&- || status=$?
    as_postgres rm -f "$folder/password"
    if ((status != 0)); then
        tail -n 3 "$log" | sed 's/^/    initdb: /' >&2
        fail "initdb failed; its log is $log"
    fi
    as_postgres mv "$folder/new" "$folder/data"
}

postgres_start() {
    local bin folder socket
    bin=$(postgres_bin)
    mkdir -p "$LOG_DIR"
    postgres_folder
    folder=$(cd "$DEV_DIR" && readlink -f postgres)
    as_postgres test -f "$folder/data/PG_VERSION" || postgres_create "$bin" "$folder"
    # The kernel takes 107 bytes for the path of a socket; with a longer one there is TCP only.
    socket=$folder
    ((${#socket} + ${#POSTGRES_PORT} < 94)) || socket=
    local prefix=()
    ((EUID != 0)) || prefix=(setpriv --reuid=postgres --regid=postgres --clear-groups)
    spawn postgres "${prefix[@]}" "$bin/postgres" -D "$folder/data" -p "$POSTGRES_PORT" \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories="$socket" -c wal_level=logical
    await postgres 60
    postgres_database
}

# Makes the database at the first start; in any case proves that the password of .env is the right one.
postgres_database() {
    local found query="select count(*) from pg_database where datname = '$POSTGRES_DATABASE'"
    found=$(postgres_query postgres "$query" 2>/dev/null) ||
        fail "postgres does not accept POSTGRES_PASSWORD of $ENV_FILE: $PASSWORD_REMEDY postgres"
    [[ $found == 1 ]] || postgres_query postgres "create database $POSTGRES_DATABASE" >/dev/null
}

# postgres_query DATABASE SQL: prints the rows.
postgres_query() {
    PGPASSWORD=$POSTGRES_PASSWORD PGCONNECT_TIMEOUT=5 "$(postgres_bin)/psql" -X -q -A -t -v ON_ERROR_STOP=1 \
        -h 127.0.0.1 -p "$POSTGRES_PORT" -U "$POSTGRES_USER" -d "$1" -c "$2"
}

postgres_ready() { "$(postgres_bin)/pg_isready" -q -t 2 -h 127.0.0.1 -p "$POSTGRES_PORT"; }

postgres_version() { "$(postgres_bin)/postgres" --version | sed -E 's/^[^0-9]*([0-9.]+).*/\1/'; }

postgres_serves() { echo "PostgreSQL"; }
