# The throw-away MariaDB or MySQL. Sourced by tests/run.

mysql_server=()  # the server program, with the options that every start of it has
mysql_options=() # the options that only serving needs

# Starts the installed MariaDB and exports MYSQL_URL; false, with the log on the screen, if that fails.
# --no-defaults (always the first option) keeps the machine's own configuration out, "normal" gives root no password.
start_mysql() {
    choose_user mysql "$mysql_folder"
    mysql_server=("$(find_program mariadbd)" --no-defaults --datadir="$mysql_folder/data" --tmpdir="$mysql_folder")
    mysql_options=()
    if (exec_in_folder "$mysql_folder" "$(find_program mariadb-install-db)" --no-defaults \
        --datadir="$mysql_folder/data" --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve); then
        serve_mysql ping_mysql
    else
        show_log MariaDB "$mysql_folder"
        return 1
    fi
}

# serve_mysql <ping>
serve_mysql() {
    if bring_up "$mysql_folder" launch_mysql "$1"; then
        export MYSQL_URL="mysql://root@127.0.0.1:$port/mysql"
    else
        show_log "MariaDB or MySQL" "$mysql_folder"
        return 1
    fi
}

# Nothing here must survive a crash, so it never waits for the disk.
launch_mysql() {
    start_process "$mysql_folder" "${mysql_server[@]}" \
        --socket="$mysql_folder/socket" --pid-file="$mysql_folder/pid" \
        --port="$port" --bind-address=127.0.0.1 --skip-name-resolve --max-connections=500 \
        --innodb-flush-log-at-trx-commit=0 --innodb-flush-method=nosync --innodb-doublewrite=0 --sync-binlog=0 \
        --innodb-buffer-pool-size=64M "${mysql_options[@]}"
}

# Through the socket in our own folder: a stranger's server on the same port cannot answer there.
ping_mysql() {
    local client
    if client=$(find_program mariadb); then
        "$client" --no-defaults -uroot --socket="$mysql_folder/socket" -e 'SELECT 1'
    else
        grep -q 'ready for connections' "$mysql_folder/log"
    fi
}

mysql_version() {
    local client version
    split_url "$MYSQL_URL" 3306 && client=$(find_program mariadb || find_program mysql) &&
        version=$(MYSQL_PWD=$url_password "$client" --no-defaults --protocol=tcp --connect-timeout=10 \
            -u"$url_user" -h"$url_host" -P"$url_port" -sN -e 'SELECT VERSION()' 2>/dev/null) &&
        echo "MySQL $version" | sed '/MariaDB/s/^MySQL/MariaDB/' && return
    echo "MySQL or MariaDB, version unknown (no client could ask for it)"
}
