# tests/run --cluster replica: a PostgreSQL with a streaming replica. Sourced by tests/run.

run_replica() {
    local folder=$postgres_folder status=0
    make_scratch
    folder=$postgres_folder/replica
    prepare_program replica machines
    find_postgres_folder >/dev/null || fail "PostgreSQL is missing, install it: $(install_command postgresql)"
    start_postgres || fail "PostgreSQL did not start"
    export PRIMARY_URL=$PG_URL
    echo "== $(postgres_version), with a streaming replica"
    (exec_in_folder "$postgres_folder" mkdir replica) && copy_primary "$folder" && bring_up "$folder" launch_replica ping_replica ||
        { show_log "the replica" "$folder" && fail "the replica did not start"; }
    export REPLICA_URL="postgres://postgres@127.0.0.1:$port/postgres"
    ask_primary "ALTER SYSTEM SET synchronous_standby_names = '*'" && ask_primary "SELECT pg_reload_conf()"
    run_logged "$scratch/replica.log" in_folder "$root/tests" "${programs[replica]}" --test-threads=1 || status=1
    exit "$status"
}

copy_primary() {
    (exec_in_folder "$1" "$postgres_programs/pg_basebackup" -d "$PRIMARY_URL" -D "$1/data" -R -X stream -c fast)
}

launch_replica() {
    start_process "$postgres_folder/replica" "$postgres_programs/postgres" -D "$postgres_folder/replica/data" \
        -p "$port" -h 127.0.0.1 -k "$postgres_folder/replica" -c max_connections=300 -F
}

ping_replica() {
    grep -q '^ready' "$postgres_folder/replica/data/postmaster.pid" ||
        grep -q '^standby' "$postgres_folder/replica/data/postmaster.pid"
}

ask_primary() {
    "$postgres_programs/psql" -X -q -d "$PRIMARY_URL" -c "$1" >/dev/null
}
