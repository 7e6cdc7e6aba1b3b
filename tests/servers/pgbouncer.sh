# tests/run --cluster pgbouncer: saves through pgbouncer in each of its modes, in a version that knows nothing of prepared statements
# and in one that does. Sourced by tests/run.

run_pgbouncer() {
    local old new status=0
    make_scratch
    prepare_program pooled machines
    find_or_fetch pgbouncer-1.18 || fail "pgbouncer cannot be had"
    old=$cached
    find_or_fetch pgbouncer-1.24 || fail "pgbouncer cannot be had"
    new=$cached
    [ -n "${PG_URL:-}" ] || find_postgres_folder >/dev/null || fail "PostgreSQL is missing, install it: $(install_command postgresql)"
    [ -n "${PG_URL:-}" ] || start_postgres || fail "PostgreSQL did not start"
    echo "== $(postgres_version)"
    start_pooler POOLER_TRANSACTION_URL "$old" "pool_mode = transaction" "default_pool_size = 3"
    start_pooler POOLER_SINGLE_URL "$old" "pool_mode = transaction" "default_pool_size = 1"
    start_pooler POOLER_SESSION_URL "$old" "pool_mode = session" "default_pool_size = 20"
    start_pooler POOLER_PREPARING_URL "$new" "pool_mode = transaction" "default_pool_size = 3" "max_prepared_statements = 100"
    run_logged "$scratch/pooled.log" in_folder "$root/tests" "${programs[pooled]}" || status=1
    exit "$status"
}

# start_pooler <variable> <unpacked packages> <line of the configuration…>: exports its URL.
start_pooler() {
    local variable=$1 folder=$postgres_folder/$1 tenth unpacked pooler_port
    pooler_port=$(free_port)
    split_url "$PG_URL" 5432
    unpacked_command "$2" pgbouncer
    choose_user postgres "$postgres_folder"
    (exec_in_folder "$postgres_folder" mkdir "$variable") || fail "no folder for a pooler"
    {
        printf '[databases]\npostgres = host=%s port=%s user=postgres dbname=postgres\n[pgbouncer]\n' "$url_host" "$url_port"
        printf 'listen_addr = 127.0.0.1\nlisten_port = %s\nauth_type = any\nunix_socket_dir =\nmax_client_conn = 100\n' "$pooler_port"
        printf '%s\n' "${@:3}"
    } >"$folder/pgbouncer.ini"
    chmod 644 "$folder/pgbouncer.ini"
    start_process "$folder" "${unpacked[@]}" "$folder/pgbouncer.ini"
    for tenth in $(seq 100); do
        ! accepts_connections 127.0.0.1 "$pooler_port" || break
        sleep 0.1
    done
    accepts_connections 127.0.0.1 "$pooler_port" || { show_log pgbouncer "$folder" && fail "a pooler did not start"; }
    export "$variable=postgres://postgres@127.0.0.1:$pooler_port/postgres"
}
