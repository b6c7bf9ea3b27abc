# shellcheck shell=bash
# The native form: servers of Debian and stand-ins, started and stopped by their pids.

# shellcheck source=SCRIPTDIR/native-stores.sh
source "${BASH_SOURCE[0]%/*}/native-stores.sh"
# shellcheck source=SCRIPTDIR/native-postgres.sh
source "${BASH_SOURCE[0]%/*}/native-postgres.sh"
# shellcheck source=SCRIPTDIR/native-kafka.sh
source "${BASH_SOURCE[0]%/*}/native-kafka.sh"

# What to do when a database was made with another password than the one in .env; the part's name follows.
readonly PASSWORD_REMEDY="put the one of its first start back, or scripts/stack reset"

# Prints the addresses of a part.
part_address() {
    local name list=
    for name in ${PART_PORTS[$1]}; do
        list+=${list:+,}127.0.0.1:${!name}
    done
    echo "$list"
}

# Whether any part runs natively.
native_runs() {
    local part
    for part in "${PARTS[@]}"; do
        ! part_pid "$part" >/dev/null || return 0
    done
    return 1
}

# native_up PART...: starts those that do not run, in the order of PARTS.
native_up() {
    local part starting=()
    for part in "$@"; do
        if part_pid "$part" >/dev/null; then
            # Hung, or its port was changed in .env since it started.
            poll 10 "${part}_ready" ||
                fail "$part runs but does not answer on $(part_address "$part"): scripts/stack down $part"
            say "$part is already running on $(part_address "$part")"
        else
            starting+=("$part")
        fi
    done
    ((${#starting[@]} > 0)) || return 0
    for part in "${starting[@]}"; do
        require_free_ports "$part"
    done
    for part in "${starting[@]}"; do
        say "will start $part on $(part_address "$part"): $("${part}_serves"), data in $DEV_DIR"
    done
    native_prepare "${starting[@]}"
    for part in "${starting[@]}"; do
        say "starting $part"
        "${part}_start"
        # A broker may have been renewed while this database was down.
        [[ $part != mongo && $part != postgres ]] || forget_positions "$part"
    done
    say "up: ${starting[*]} (addresses: scripts/stack status; passwords: $ENV_FILE)"
}

# Installs, builds and lays out what the parts need.
native_prepare() {
    local packages
    mapfile -t packages < <(packages_of "$@")
    # Who starts the whole stack wants to build the server next.
    (($# < ${#PARTS[@]})) || packages+=("${BUILD_PACKAGES[@]}")
    mkdir -p "$DEV_DIR" "$RUN_DIR" "$LOG_DIR"
    # User postgres has to pass through; what lies inside is closed folder by folder.
    chmod 711 "$DEV_DIR"
    install_packages "${packages[@]}"
    if contains mongo "$@" || contains minio "$@"; then ensure_venv; fi
    if contains kafka "$@"; then ensure_kafka_dev; fi
}

# native_down PART...: stops those that run, in the reverse order of PARTS, so Kafka goes first.
#
# Kafka is the entrance: once it is gone nothing more is accepted, while the databases still take what the server has
# read from it. The other way round, the stand-in would go on accepting messages that nobody can store any more.
native_down() {
    local index part stopped=()
    for ((index = ${#PARTS[@]} - 1; index >= 0; index--)); do
        part=${PARTS[index]}
        contains "$part" "$@" || continue
        if part_pid "$part" >/dev/null; then stopped+=("$part"); fi
        # PostgreSQL waits on TERM for its clients to leave; INT ends it at once and cleanly.
        if [[ $part == postgres ]]; then halt postgres INT; else halt "$part"; fi
    done
    if ((${#stopped[@]} > 0)); then
        say "stopped ${stopped[*]}"
    else
        say "nothing to stop"
    fi
}

# native_reset PART...: stops the parts and deletes their data and logs. Passwords and tools stay.
native_reset() {
    local part target
    native_down "$@"
    for part in "$@"; do
        target=$(readlink -f "$DEV_DIR/$part" || true)
        # The refuge of PostgreSQL is the one folder outside .dev that is ours to delete.
        [[ $part != postgres || $target != "$(postgres_refuge)" ]] || rm -rf "$target"
        rm -rf "${DEV_DIR:?}/$part" "$LOG_DIR/$part.log" "$LOG_DIR/$part.log.1"
        # Without data there are no positions to forget.
        rm -f "$RUN_DIR/forget-$part"
    done
    say "deleted the data of $*"
}

# native_status PART...: prints a table; 3 when a part is not up.
native_status() {
    local part pid state version all=0
    printf '%-9s %-8s %-31s %-10s %-8s %s\n' PART STATE ADDRESS VERSION PID SERVER
    for part in "$@"; do
        pid=- state=down version=$("${part}_version" 2>/dev/null) || version=
        if pid=$(part_pid "$part"); then
            if "${part}_ready" 2>/dev/null; then state=up; else state=failing; fi
        else
            pid=-
        fi
        [[ $state == up ]] || all=3
        printf '%-9s %-8s %-31s %-10s %-8s %s\n' \
            "$part" "$state" "$(part_address "$part")" "${version:--}" "$pid" "$("${part}_serves")"
    done
    return "$all"
}

# native_logs PART...: prints the end of each log, and follows them on a terminal.
native_logs() {
    local part files=()
    for part in "$@"; do
        [[ ! -f $LOG_DIR/$part.log ]] || files+=("$LOG_DIR/$part.log")
    done
    ((${#files[@]} > 0)) || fail "no log yet: start it with scripts/stack up"
    if [[ -t 1 ]]; then
        exec tail -n 50 -F "${files[@]}"
    fi
    tail -n 200 "${files[@]}"
}
