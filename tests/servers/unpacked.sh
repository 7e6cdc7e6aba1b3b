# MariaDB and MySQL from unpacked packages: without their shell scripts, which would look for installed programs. Sourced by tests/run.

# start_unpacked <folder>: starts the server and exports MYSQL_URL; false, with the log on the screen, if that fails.
start_unpacked() {
    local folder=$1 program unpacked share
    program=$(server_program "$folder")
    unpacked_command "$folder" "$program"
    share=$(dirname "$folder"/usr/share/*/charsets)
    choose_user mysql "$mysql_folder"
    mysql_server=("${unpacked[@]}" --no-defaults --datadir="$mysql_folder/data" --tmpdir="$mysql_folder"
        --lc-messages-dir="$share" --character-sets-dir="$share/charsets" --plugin-dir="$folder/usr/lib/mysql/plugin")
    mysql_options=(--init-file="$mysql_folder/root.sql")
    if (exec_in_folder "$mysql_folder" mkdir data) && write_root_user && create_"$program" "$share"; then
        serve_mysql is_ready_for_connections
    else
        show_log "$program" "$mysql_folder"
        return 1
    fi
}

# The tests connect over TCP and make users of their own, so that no other way around passwords will do.
write_root_user() {
    echo "CREATE USER IF NOT EXISTS root@'127.0.0.1' IDENTIFIED BY ''; GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;" \
        >"$mysql_folder/root.sql" && chmod 644 "$mysql_folder/root.sql"
}

create_mysqld() {
    mysql_server+=(--secure-file-priv=)
    mysql_options+=(--mysqlx=OFF --skip-log-bin)
    (exec_in_folder "$mysql_folder" "${mysql_server[@]}" --initialize-insecure)
}

# What mariadb-install-db does.
create_mariadbd() {
    local share=$1 part
    {
        printf 'CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\n'
        for part in system_tables performance_tables system_tables_data; do
            cat "$share"/*_"$part.sql" || return 1
        done
        cat "$share/maria_add_gis_sp_bootstrap.sql" || return 1
    } >"$mysql_folder/create.sql"
    chmod 644 "$mysql_folder/create.sql"
    (exec_in_folder "$mysql_folder" bash -c 'exec "$@" <create.sql' bash "${mysql_server[@]}" --bootstrap \
        --skip-name-resolve --skip-grant-tables --log-warnings=0)
}

# A log of this start alone: `bring_up` empties it.
is_ready_for_connections() {
    grep -q 'ready for connections' "$mysql_folder/log"
}
