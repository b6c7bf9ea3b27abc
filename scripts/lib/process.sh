# shellcheck shell=bash
# Servers in the background: start, recognise, stop; and who holds a port.

# Prints a number that tells this process from any later one with the same pid (its start, in ticks since boot);
# 1 when there is no such process or it has ended and only waits to be reaped.
process_start() {
    local line fields
    { line=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
    # The program's name comes in brackets and may hold spaces and brackets itself.
    read -ra fields <<<"${line##*) }"
    [[ ${fields[0]} != [ZX] ]] || return 1
    echo "${fields[19]}"
}

# Prints the pid of a part that this script started and that still runs; 1 when there is none.
#
# A pid alone proves nothing: after a crash or a restart of the machine it may belong to any other program.
part_pid() {
    local pid='' start='' now
    [[ -f $RUN_DIR/$1.pid ]] && read -r pid start <"$RUN_DIR/$1.pid"
    [[ $pid =~ ^[0-9]+$ && -n $start ]] && now=$(process_start "$pid") && [[ $now == "$start" ]] && echo "$pid"
}

# spawn PART COMMAND...: starts a server in a session of its own, with its output in the part's log.
#
# The log of the run before is kept under the name with .1, so that a crash can still be read after the restart.
spawn() {
    local part=$1 log=$LOG_DIR/$1.log pid
    shift
    mkdir -p "$RUN_DIR" "$LOG_DIR"
    [[ ! -f $log ]] || mv -f "$log" "$log.1"
    (cd "$DEV_DIR" && exec setsid "$@") >"$log" 2>&1 </dev/null 9>&- &
    pid=$!
    echo "$pid $(process_start "$pid")" >"$RUN_DIR/$part.pid"
}

# await PART SECONDS: waits until PART_ready succeeds; ends the script when the server dies or the time is over.
await() {
    local part=$1 deadline=$((SECONDS + $2))
    until "${part}_ready"; do
        part_pid "$part" >/dev/null || show_log_and_fail "$part" "ended while it started"
        ((SECONDS < deadline)) || show_log_and_fail "$part" "runs but was not ready after $2 s"
        sleep 0.1
    done
}

show_log_and_fail() {
    local log=$LOG_DIR/$1.log
    [[ ! -s $log ]] || tail -n 5 "$log" | sed "s/^/    $1: /" >&2
    fail "$1 $2; its log is $log"
}

# halt PART [SIGNAL]: asks a server to end and waits; after 20 s it is killed. Nothing happens when it does not run.
halt() {
    local part=$1 pid
    if pid=$(part_pid "$part"); then
        kill -s "${2:-TERM}" "$pid" 2>/dev/null || true
        if ! poll 20 gone "$part"; then
            warn "$part did not end within 20 s and is killed"
            kill -s KILL "$pid" 2>/dev/null || true
            poll 5 gone "$part" || fail "$part (pid $pid) cannot be killed"
        fi
    fi
    rm -f "$RUN_DIR/$part.pid"
}

gone() { ! part_pid "$1" >/dev/null; }

# Prints the inodes of the sockets that listen on a port of the loopback or of all addresses.
port_sockets() {
    local hex
    printf -v hex '%04X' "$1"
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$hex" '
        $4 == "0A" && split($2, address, ":") == 2 && address[2] == port &&
        address[1] ~ /^(0+|0100007F|0+FFFF00000100007F|0{24}01000000)$/ { print $10 }'
}

port_busy() { [[ -n $(port_sockets "$1") ]]; }

# Prints who listens on a port, as far as this user may see it.
port_holder() {
    local inode found pid
    inode=$(port_sockets "$1" | head -n 1)
    found=$(find /proc/[0-9]*/fd -lname "socket:\\[$inode\\]" -print -quit 2>/dev/null || true)
    pid=${found#/proc/}
    pid=${pid%%/*}
    if [[ -n $pid ]]; then
        echo "$(tr -d '\n' <"/proc/$pid/comm" 2>/dev/null || echo a process) (pid $pid)"
    else
        echo "a process of another user"
    fi
}

# Ends the script when a port of a part that is to be started is taken.
require_free_ports() {
    local part=$1 name
    for name in ${PART_PORTS[$part]}; do
        port_busy "${!name}" || continue
        fail "port ${!name} of $part is held by $(port_holder "${!name}"): stop that, or set $name in $ENV_FILE"
    done
}
