# shellcheck shell=bash
# The file .env: passwords made at the first start, and whatever ports a developer wants elsewhere.
#
# It is read as plain NAME=value lines, the way docker compose does, and never executed.

# Prints the value of a name in .env; 1 when it has none.
env_value() {
    local line
    [[ -f $ENV_FILE ]] || return 1
    line=$(grep -E "^[[:space:]]*(export[[:space:]]+)?$1=" "$ENV_FILE" | tail -n 1) || return 1
    line=${line#*=}
    line=${line%$'\r'}
    # Matching quotes around a value do not belong to it.
    if [[ $line =~ ^\"(.*)\"$ || $line =~ ^\'(.*)\'$ ]]; then line=${BASH_REMATCH[1]}; fi
    [[ -n $line ]] || return 1
    printf '%s\n' "$line"
}

# 128 random bits as 32 hexadecimal digits: OpenIM's older API takes no longer secret.
random_secret() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

# Creates .env or adds what it lacks. Values that are there stay as they are; nothing is printed but names.
ensure_env() {
    local name added=()
    if [[ ! -f $ENV_FILE ]]; then
        (umask 077 && printf '%s\n' \
            '# Made by scripts/stack; git ignores it. Ports may be set here too, for example REDIS_PORT=26379.' \
            '# PostgreSQL and MongoDB keep the password of their first start; to change it, scripts/stack reset.' \
            >"$ENV_FILE")
    fi
    chmod 600 "$ENV_FILE" || fail "cannot make $ENV_FILE readable for its owner only"
    # A last line without its end would swallow the first name added below.
    [[ -z $(tail -c 1 "$ENV_FILE") ]] || echo >>"$ENV_FILE"
    for name in "${SECRET_NAMES[@]}"; do
        env_value "$name" >/dev/null && continue
        # An empty assignment would win over ours for a reader that takes the first one.
        sed -i -E "/^[[:space:]]*(export[[:space:]]+)?$name=/d" "$ENV_FILE"
        printf '%s=%s\n' "$name" "$(random_secret)" >>"$ENV_FILE"
        added+=("$name")
    done
    ((${#added[@]} == 0)) || say "wrote ${added[*]} to $ENV_FILE (mode 600)"
}

# Sets the port variables: environment, else .env, else the default.
load_ports() {
    local name value
    for name in "${PORT_NAMES[@]}"; do
        value=${!name:-}
        [[ -n $value ]] || value=$(env_value "$name") || value=${PORT_DEFAULTS[$name]}
        if ! [[ $value =~ ^[0-9]{1,5}$ ]] || ((10#$value < 1 || 10#$value > 65535)); then
            fail "$name must be a port from 1 to 65535, not \"$value\""
        fi
        printf -v "$name" '%d' "$((10#$value))"
    done
}

# Sets the password variables of the shell, unexported: each server is handed only its own.
load_secrets() {
    local name value
    for name in "${SECRET_NAMES[@]}"; do
        value=$(env_value "$name") || value=
        # These stand in URIs and configuration files, each with its own rules for other characters.
        [[ $value =~ ^[A-Za-z0-9._~-]*$ ]] || fail "$name in $ENV_FILE may hold letters, digits and . _ ~ - only"
        printf -v "$name" '%s' "$value"
        # A variable that was exported by the caller would reach every child.
        export -n "${name?}"
    done
}
