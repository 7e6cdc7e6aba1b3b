# The throw-away PostgreSQL. Sourced by tests/run.

# start_postgres [programs]: starts the installed one, or that of a folder, and exports PG_URL; false, with the log on the screen,
# if that fails.
start_postgres() {
    postgres_programs=${1:-$(find_postgres_folder)}
    choose_user postgres "$postgres_folder"
    if (exec_in_folder "$postgres_folder" "$postgres_programs/initdb" -D "$postgres_folder/data" -U postgres \
        -A trust -E UTF8 --locale=C --no-sync) && bring_up "$postgres_folder" launch_postgres ping_postgres; then
        export PG_URL="postgres://postgres@127.0.0.1:$port/postgres"
    else
        show_log PostgreSQL "$postgres_folder"
        return 1
    fi
}

# Nothing here must survive a crash, so it never waits for the disk.
launch_postgres() {
    start_process "$postgres_folder" "$postgres_programs/postgres" -D "$postgres_folder/data" \
        -p "$port" -h 127.0.0.1 -k "$postgres_folder" -c max_connections=300 \
        -F -c synchronous_commit=off -c full_page_writes=off
}

# Through the socket in our own folder: a stranger's server on the same port cannot answer there.
ping_postgres() {
    if [ -x "$postgres_programs/psql" ]; then
        "$postgres_programs/psql" -X -h "$postgres_folder" -p "$port" -U postgres -d postgres -c 'SELECT 1'
    else
        grep -q '^ready' "$postgres_folder/data/postmaster.pid" # what pg_ctl waits for
    fi
}

postgres_version() {
    local client version
    client=$(command -v "${postgres_programs:-}/psql" || find_program psql) &&
        version=$(PGCONNECT_TIMEOUT=10 "$client" -X -A -t -d "$PG_URL" -c 'SHOW server_version' 2>/dev/null) &&
        echo "PostgreSQL $version" && return
    [ -n "${postgres_programs:-}" ] && "$postgres_programs/postgres" --version && return
    echo "PostgreSQL, version unknown (psql could not ask for it)"
}
