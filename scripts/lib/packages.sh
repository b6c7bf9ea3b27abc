# shellcheck shell=bash
# Debian packages, and the Python environment of the stand-ins.

# Prints those of the named packages that are not installed.
missing_packages() {
    local package
    have dpkg-query || return 0
    for package in $(printf '%s\n' "$@" | sort -u); do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
    done
}

# packages_of PART...: prints what these parts need, each package once.
packages_of() {
    local part
    for part in "$@"; do
        tr ' ' '\n' <<<"${PART_PACKAGES[$part]}"
    done | sort -u
}

# Installs the named packages that are missing, without letting any of their services start.
install_packages() {
    local missing prefix log=$LOG_DIR/apt.log
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]} > 0)) || return 0
    local command="apt-get install --no-install-recommends ${missing[*]}"
    [[ -z ${no_install:-} ]] || fail "these Debian packages are missing: ${missing[*]} (as root: $command)"
    prefix=$(root_prefix) || fail "these Debian packages are missing and need root: sudo $command"
    say "installing Debian packages: ${missing[*]}"
    mkdir -p "$LOG_DIR"
    # shellcheck disable=SC2016  # $@ belongs to the inner shell
    $prefix bash -c "$(declare -f apt_install_quietly); apt_install_quietly \"\$@\"" bash "${missing[@]}" \
        >"$log" 2>&1 9>&- && return 0
    tail -n 3 "$log" | sed 's/^/    apt: /' >&2
    fail "installing failed (no network, or a package source that lacks one?); the log is $log"
}

# Runs as root, in a shell of its own: nothing but its arguments is known here.
#
# Debian starts the service of every package it installs. policy-rc.d forbids that, for the time of the installation
# only; the drop-in keeps PostgreSQL from making a cluster on 5432; what was not installed before is not started at
# the next boot either. Services that were there before are not touched.
apt_install_quietly() {
    set -euo pipefail
    export DEBIAN_FRONTEND=noninteractive
    # Not local: the trap runs after this function has returned.
    policy=/usr/sbin/policy-rc.d dropin=/etc/postgresql-common/createcluster.d/openim-stack.conf saved=''
    # shellcheck disable=SC2317  # the trap calls it
    restore_system() {
        rm -f "$dropin" "$policy"
        [[ -z $saved ]] || mv -f "$saved" "$policy"
    }
    if [[ -e $policy || -L $policy ]]; then
        saved=$policy.before-openim-stack
        mv -f "$policy" "$saved"
    fi
    trap restore_system EXIT
    trap 'exit 1' INT TERM HUP
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    mkdir -p "${dropin%/*}"
    echo 'create_main_cluster = false' >"$dropin"
    local service new=()
    for service in redis-server postgresql etcd; do
        [[ -e /lib/systemd/system/$service.service ]] || new+=("$service")
    done
    apt-get update
    apt-get install -y --no-install-recommends "$@"
    for service in "${new[@]}"; do
        [[ -e /lib/systemd/system/$service.service ]] || continue
        if command -v systemctl >/dev/null; then
            systemctl disable "$service" || echo "cannot disable $service"
        else
            update-rc.d "$service" disable || echo "cannot disable $service"
        fi
    done
}

# Makes the Python environment with the pinned stand-ins, unless it is there and up to date.
ensure_venv() {
    local wanted=$STACK_NATIVE/requirements.txt log=$LOG_DIR/pip.log python=/usr/bin/python3
    cmp -s "$wanted" "$VENV_DIR/.requirements.txt" && return 0
    # Debian's own Python comes with python3-venv; any other one is the second choice.
    [[ -x $python ]] || python=$(command -v python3) ||
        fail "python3 is missing (as root: apt-get install python3-venv)"
    say "installing the Python stand-ins into $VENV_DIR (about a minute)"
    mkdir -p "$LOG_DIR"
    "$python" -m venv --clear "$VENV_DIR" >"$log" 2>&1 9>&- ||
        fail "$python cannot make an environment (as root: apt-get install python3-venv); the log is $log"
    "$VENV_DIR/bin/pip" install --disable-pip-version-check -r "$wanted" >>"$log" 2>&1 9>&- ||
        fail "pip cannot install $wanted (is there a network?); the log is $log"
    cp "$wanted" "$VENV_DIR/.requirements.txt"
}

# Prints the version of a Python package of the environment.
venv_version() {
    local folder
    for folder in "$VENV_DIR"/lib/python3*/site-packages/"$1"-*.dist-info; do
        [[ -d $folder ]] || return 1
        folder=${folder##*/"$1"-}
        echo "${folder%.dist-info}"
    done
}
