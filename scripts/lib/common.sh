# shellcheck shell=bash
# Output, errors and waiting, for scripts/stack and its parts.

# Says what happens, on standard output.
say() { printf '%s: %s\n' "${SCRIPT_NAME:-stack}" "$*"; }

# Says what is wrong without ending, on standard error.
warn() { printf '%s: %s\n' "${SCRIPT_NAME:-stack}" "$*" >&2; }

# Ends with one line that says what is wrong.
fail() {
    warn "error: $*"
    exit 1
}

# Ends because of how the script was called.
usage_error() {
    warn "$* (see scripts/${SCRIPT_NAME:-stack} --help)"
    exit 2
}

have() { command -v "$1" >/dev/null 2>&1; }

# contains WORD LIST...: whether the list holds the word.
contains() {
    local word=$1 item
    shift
    for item in "$@"; do
        [[ $item == "$word" ]] && return 0
    done
    return 1
}

# Makes a folder that only its owner may enter.
private_folder() {
    mkdir -p "$1"
    chmod 700 "$1"
}

# poll SECONDS COMMAND...: repeats the command until it succeeds; 1 after so many seconds.
poll() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

# The command that makes a user root, when there is one: nothing for root, sudo for who may use it.
#
# Without a terminal nobody can type a password, so sudo has to work without one.
root_prefix() {
    if ((EUID == 0)); then
        return 0
    elif have sudo && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; then
        echo sudo
    else
        return 1
    fi
}

# One run at a time, for two that start the same part would fight over its port. Lasts until the script ends; spawned
# servers must not inherit descriptor 9.
take_lock() {
    mkdir -p "$RUN_DIR"
    exec 9>"$RUN_DIR/lock"
    flock -w 300 9 || fail "another scripts/stack has been running for five minutes on $DEV_DIR"
}
