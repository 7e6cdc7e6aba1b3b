# The throw-away MariaDB. Sourced by tests/run.

# Starts it and exports MYSQL_URL; false, with the log on the screen, if that fails.
# --no-defaults (always the first option) keeps the machine's own configuration out, "normal" gives root no password.
start_mysql() {
    choose_user mysql "$mysql_folder"
    if (exec_in_folder "$mysql_folder" "$(find_program mariadb-install-db)" --no-defaults \
        --datadir="$mysql_folder/data" --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve) &&
        bring_up "$mysql_folder" launch_mysql ping_mysql; then
        export MYSQL_URL="mysql://root@127.0.0.1:$port/mysql"
    else
        show_log MariaDB "$mysql_folder"
        return 1
    fi
}

# Nothing here must survive a crash, so it never waits for the disk.
launch_mysql() {
    start_process "$mysql_folder" "$(find_program mariadbd)" --no-defaults --datadir="$mysql_folder/data" \
        --socket="$mysql_folder/socket" --pid-file="$mysql_folder/pid" --tmpdir="$mysql_folder" \
        --port="$port" --bind-address=127.0.0.1 --skip-name-resolve --max-connections=500 \
        --innodb-flush-log-at-trx-commit=0 --sync-binlog=0 --innodb-buffer-pool-size=64M
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
