# shellcheck shell=bash
# The docker form: docker-compose.yml in the root of the repository, with the passwords of .env.

docker_answers() { have docker && timeout 3 docker info >/dev/null 2>&1; }

# Runs compose on our file, whichever of its two generations is installed.
compose() {
    local command=(docker compose)
    docker compose version >/dev/null 2>&1 || command=(docker-compose)
    have "${command[0]}" || fail "docker compose is missing (Debian package docker-compose)"
    # The ports may come from the environment or .env; compose gives the environment the first word too.
    "${command[@]}" -f "$STACK_REPO/docker-compose.yml" --env-file "$ENV_FILE" -p "${STACK_PROJECT:-openim}" "$@"
}

# services_of PART...: prints the compose services of the parts, each on a line.
services_of() {
    local part
    for part in "$@"; do
        case $part in
            mongo) echo mongodb ;;
            kafka) printf '%s\n' kafka kafka-init ;;
            minio) printf '%s\n' minio minio-init ;;
            *) echo "$part" ;;
        esac
    done
}

# Prints "STATE PID IMAGE" of a part's container; 1 when there is none.
container_state() {
    local id service
    service=$(services_of "$1" | head -n 1)
    id=$(compose ps -q "$service" 2>/dev/null | head -n 1)
    [[ -n $id ]] || return 1
    local state='{{if .State.Running}}{{.State.Health.Status}}{{else}}down{{end}}'
    docker inspect -f "$state {{.State.Pid}} {{.Config.Image}}" "$id"
}

container_healthy() {
    local state _
    read -r state _ < <(container_state "$1") && [[ $state == healthy ]]
}

docker_up() {
    local part services
    docker_answers || fail "docker does not answer: start its engine, or use --native"
    for part in "$@"; do
        if container_healthy "$part"; then
            say "$part is already running on $(part_address "$part")"
        else
            require_free_ports "$part"
            say "will start $part on $(part_address "$part") in docker, data in a named volume"
        fi
    done
    mapfile -t services < <(services_of "$@")
    compose up -d "${services[@]}" 9>&-
    for part in "$@"; do
        poll 180 container_healthy "$part" || fail "$part is not healthy after 180 s: see scripts/stack logs $part"
    done
    say "up: $* (addresses: scripts/stack status; passwords: $ENV_FILE)"
}

# Removes the containers; the named volumes keep the data.
docker_down() {
    local services
    if (($# == ${#PARTS[@]})); then
        compose down
    else
        mapfile -t services < <(services_of "$@")
        compose rm --stop --force "${services[@]}"
    fi
}

docker_reset() {
    local part
    if (($# == ${#PARTS[@]})); then
        compose down --volumes
    else
        docker_down "$@"
        for part in "$@"; do
            docker volume rm -f "${STACK_PROJECT:-openim}_$part-data" >/dev/null
        done
    fi
    say "deleted the data of $*"
}

docker_status() {
    local part state pid image all=0
    printf '%-9s %-10s %-31s %-8s %s\n' PART STATE ADDRESS PID IMAGE
    for part in "$@"; do
        read -r state pid image < <(container_state "$part" || echo "down - -")
        [[ $state != healthy ]] || state=up
        [[ $state == up ]] || all=3
        printf '%-9s %-10s %-31s %-8s %s\n' "$part" "$state" "$(part_address "$part")" "$pid" "$image"
    done
    return "$all"
}

docker_logs() {
    local services
    mapfile -t services < <(services_of "$@")
    if [[ -t 1 ]]; then
        compose logs --tail 50 --follow "${services[@]}"
    else
        compose logs --no-color --tail 200 "${services[@]}"
    fi
}
