# tests/run --matrix [server…]: the suite, blocking and awaited, and the tool's tests on servers of other versions, which are fetched
# if they are not there (cache.sh), started one after the other, and removed. Sourced by tests/run.
#
# SERVERS_CACHE    where fetched servers are kept
# TEST_PROGRAMS    a folder with the programs built before (postgres, async_postgres, tool_postgres, and the same for mysql); otherwise
#                  cargo builds them

matrix_servers=(postgres-{13,14,15,16,17,18} mariadb-10.11 mariadb-11.8 mysql-9.7)

declare -A matrix_versions=() # server -> what it says of itself
declare -A matrix_results=()  # "server suite" -> what its tests came to

run_matrix() {
    local names=("$@") name status=0
    if [ "${#names[@]}" -eq 0 ]; then
        names=("${matrix_servers[@]}")
        ! machine_has mysql-8.4 || names+=(mysql-8.4)
    fi
    for name in "${names[@]}"; do
        [[ " ${matrix_servers[*]} mysql-8.4 " == *" $name "* ]] ||
            fail "there is no server '$name'; there are ${matrix_servers[*]} and, where the machine's packages have it, mysql-8.4"
    done
    make_scratch
    prepare_programs $(for name in "${names[@]}"; do backend_of "$name"; done | sort -u)
    export HISTORY_SECONDS="${HISTORY_SECONDS:-10}"
    export DUMPS=$scratch/dumps # each server restores what those before it dumped
    mkdir -p "$DUMPS"
    for name in "${names[@]}"; do
        run_on "$name" || status=1
    done
    print_matrix "${names[@]}"
    exit "$status"
}

backend_of() {
    if [[ $1 == postgres-* ]]; then echo postgres; else echo mysql; fi
}

# Tests on one server; false if a test failed, or if there is no server where there must be one.
run_on() {
    local name=$1 backend suite status=0 started=$SECONDS
    backend=$(backend_of "$name")
    echo "== $name"
    if ! find_or_fetch "$name" || ! start_cached "$backend" "$cached"; then
        matrix_results[$name]="NOT RUN (see above)"
        clear_folder "$backend"
        ! is_required "$backend"
        return
    fi
    matrix_versions[$name]=$("${backend}_version")
    echo "== ${matrix_versions[$name]}"
    for suite in "" async_ tool_; do
        run_program "$name" "$suite$backend" || status=1
    done
    matrix_results[$name seconds]=$((SECONDS - started))
    stop_started "$backend"
    return "$status"
}

start_cached() {
    local backend=$1 folder=$2
    if [ "$backend" = postgres ]; then
        start_postgres "$folder/native/bin"
    else
        start_unpacked "$folder"
    fi
}

# Ends the server that was started last, and makes room for another one.
stop_started() {
    # A killed PostgreSQL would leave shared memory behind.
    if [ "$1" = postgres ]; then
        kill -QUIT "$server_process" 2>/dev/null && wait "$server_process" || true
    fi
    kill_child "$server_process"
    unset 'server_processes[-1]'
    clear_folder "$1"
}

clear_folder() {
    local folder=${1}_folder
    rm -rf -- "${!folder:?}"/*
}

# run_program <server> <program>: false if a test failed, or none ran.
run_program() {
    local name=$1 program=$2 log=$scratch/$1-$2.log folder=$root/tests ran failed status=0
    [[ $program != tool_* ]] || folder=$root/concurrency-cli
    echo "     Running $program on $name"
    run_logged "$log" in_folder "$folder" "${programs[$program]}" --quiet || status=1
    read -r ran failed < <(awk '/^test result: / { ran += $4 + $6; failed += $6 } END { print ran + 0, failed + 0 }' "$log")
    matrix_results[$name $program]="$ran"
    [ "$failed" -eq 0 ] || matrix_results[$name $program]="$ran, $failed FAILED"
    [ "$ran" -gt 0 ] && [ "$status" -eq 0 ] || {
        [ "$failed" -gt 0 ] || matrix_results[$name $program]="$ran, BROKEN OFF"
        return 1
    }
}

in_folder() {
    cd "$1" && exec env CARGO_MANIFEST_DIR="$1" "${@:2}"
}

print_matrix() {
    local name backend
    printf '\n%-15s %-18s %-18s %-18s %7s   %s\n' server suite awaited "the tool's" seconds version
    for name in "$@"; do
        backend=$(backend_of "$name")
        if [ -n "${matrix_results[$name]:-}" ]; then
            printf '%-15s %s\n' "$name" "${matrix_results[$name]}"
        else
            printf '%-15s %-18s %-18s %-18s %7s   %s\n' "$name" "${matrix_results[$name $backend]}" \
                "${matrix_results[$name async_$backend]}" "${matrix_results[$name tool_$backend]}" \
                "${matrix_results[$name seconds]}" "${matrix_versions[$name]}"
        fi
    done
}
