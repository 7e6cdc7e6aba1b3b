# Three nodes of MySQL 9.7 that all write, in Group Replication on the loopback interface. Sourced by tests/servers/cluster.sh.

check_cluster() {
    has_program mariadb || has_program mysql || fail "a client is missing, install it: $(install_command mariadb-client)"
    find_or_fetch mysql-9.7 || fail "MySQL 9.7 cannot be had"
    mysql_packages=$cached
}

start_cluster() {
    local node
    write_users && for node in 1 2 3; do
        node_ports[node]=$(free_port)
        node_group_ports[node]=$(free_port)
        make_data "$node" || return 1
    done
    for node in 1 2 3; do
        start_server "$node" || return 1
        ask "$node" "RESET BINARY LOGS AND GTIDS; CHANGE REPLICATION SOURCE TO SOURCE_USER = 'replicator', SOURCE_PASSWORD = 'r' \
            FOR CHANNEL 'group_replication_recovery'" || return 1
        [ "$node" -gt 1 ] || ask 1 "SET GLOBAL group_replication_bootstrap_group = ON"
        ask "$node" "START GROUP_REPLICATION" || return 1
        [ "$node" -gt 1 ] || ask 1 "SET GLOBAL group_replication_bootstrap_group = OFF"
        wait_for_node "$node" || return 1
    done
}

# What makes no entry in the binary log is made on each node.
write_users() {
    echo "SET SQL_LOG_BIN = 0;
        CREATE USER IF NOT EXISTS root@'127.0.0.1' IDENTIFIED BY ''; GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;
        CREATE USER IF NOT EXISTS replicator@'%' IDENTIFIED BY 'r';
        GRANT REPLICATION SLAVE, CONNECTION_ADMIN, BACKUP_ADMIN, GROUP_REPLICATION_STREAM ON *.* TO replicator@'%';
        SET SQL_LOG_BIN = 1;" >"$mysql_folder/users.sql" && chmod 644 "$mysql_folder/users.sql"
}

# The first node's folder is made by the server, the others are copies with a name of their own.
make_data() {
    local folder=$mysql_folder/node$1
    (exec_in_folder "$mysql_folder" mkdir "node$1") || return 1
    if [ "$1" -eq 1 ]; then
        server_of 1
        (exec_in_folder "$folder" "${mysql_server[@]}" --initialize-insecure)
    else
        (exec_in_folder "$folder" cp -r "$mysql_folder/node1/data" data) && rm -f "$folder/data/auto.cnf"
    fi
}

server_of() {
    local folder=$mysql_folder/node$1 share=$mysql_packages/usr/share/mysql unpacked
    unpacked_command "$mysql_packages" mysqld
    mysql_server=("${unpacked[@]}" --no-defaults --datadir="$folder/data" --tmpdir="$folder" --secure-file-priv=
        --lc-messages-dir="$share" --character-sets-dir="$share/charsets" --plugin-dir="$mysql_packages/usr/lib/mysql/plugin")
}

# A server that takes part in nothing yet.
start_server() {
    local node=$1 folder=$mysql_folder/node$1 seeds tenth
    server_of "$node"
    seeds=$(printf ',127.0.0.1:%s' "${node_group_ports[@]}")
    run_node "$node" "${mysql_server[@]}" --socket="$folder/socket" --pid-file="$folder/pid" --port="${node_ports[$node]}" \
        --bind-address=127.0.0.1 --skip-name-resolve --report-host=127.0.0.1 --max-connections=500 --mysqlx=OFF \
        --init-file="$mysql_folder/users.sql" --innodb-flush-log-at-trx-commit=0 --sync-binlog=0 --innodb-buffer-pool-size=64M \
        --server-id="$node" --gtid-mode=ON --enforce-gtid-consistency=ON --log-bin=binary-log \
        --plugin-load-add=group_replication.so \
        --loose-group-replication-group-name=aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa \
        --loose-group-replication-start-on-boot=OFF --loose-group-replication-single-primary-mode=OFF \
        --loose-group-replication-enforce-update-everywhere-checks=ON --loose-group-replication-recovery-get-public-key=ON \
        --loose-group-replication-local-address="127.0.0.1:${node_group_ports[$node]}" \
        --loose-group-replication-group-seeds="${seeds#,}"
    for tenth in $(seq 600); do
        kill -0 "$server_process" 2>/dev/null || break
        ! ask "$node" "SELECT 1" >/dev/null || return 0
        sleep 0.1
    done
    show_log "node $node" "$folder"
    return 1
}

# Again, after it was killed.
start_node() {
    start_server "$1" && ask "$1" "START GROUP_REPLICATION" && wait_for_node "$1"
}

# A node that was paused is expelled, and joins again by itself.
takes_part() {
    [ "$(ask "$1" "SELECT member_state FROM performance_schema.replication_group_members WHERE member_id = @@server_uuid")" = ONLINE ]
}

# The two that are gone are taken off the list, so that the one that is left is the majority.
go_on_alone() {
    ask "$1" "SET GLOBAL group_replication_force_members = '127.0.0.1:${node_group_ports[$1]}'" &&
        ask "$1" "SET GLOBAL group_replication_force_members = ''" && wait_for_node "$1"
}
