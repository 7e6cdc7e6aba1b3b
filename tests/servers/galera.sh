# Three nodes of the installed MariaDB with Galera on the loopback interface. Sourced by tests/servers/cluster.sh.

galera_transfer_ports=() # where a node receives what it missed, and all there is
galera_state_ports=()

check_cluster() {
    local program
    for program in mariadbd mariadb-install-db mariadb rsync; do
        has_program "$program" || fail "$program is missing, install it: $(install_command mariadb-server rsync)"
    done
    galera_library=$(ls /usr/lib/galera/libgalera_smm.so /usr/lib*/galera-4/libgalera_smm.so 2>/dev/null | head -n 1) || true
    [ -n "$galera_library" ] || fail "Galera is missing, install it: $(install_command galera-4)"
}

start_cluster() {
    local node
    for node in 1 2 3; do
        node_ports[node]=$(free_port)
        node_group_ports[node]=$(free_port)
        galera_transfer_ports[node]=$(free_port)
        galera_state_ports[node]=$(free_port)
        (exec_in_folder "$mysql_folder" mkdir "node$node") &&
            (exec_in_folder "$mysql_folder/node$node" "$(find_program mariadb-install-db)" --no-defaults \
                --datadir="$mysql_folder/node$node/data" --auth-root-authentication-method=normal --skip-test-db \
                --skip-name-resolve) || return 1
    done
    start_galera_node 1 "" --wsrep-new-cluster && start_node 2 && start_node 3
}

# A node that finds the others.
start_node() {
    local others=() node
    for node in 1 2 3; do
        [ "$node" = "$1" ] || others+=("127.0.0.1:${node_group_ports[$node]}")
    done
    start_galera_node "$1" "${others[0]},${others[1]}"
}

# start_galera_node <node> <addresses> [option…]
start_galera_node() {
    local node=$1 folder=$mysql_folder/node$1 group=127.0.0.1:${node_group_ports[$1]}
    run_node "$node" "$(find_program mariadbd)" --no-defaults --datadir="$folder/data" --tmpdir="$folder" \
        --socket="$folder/socket" --pid-file="$folder/pid" --port="${node_ports[$node]}" --bind-address=127.0.0.1 \
        --skip-name-resolve --max-connections=500 --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=64M \
        --binlog-format=ROW --innodb-autoinc-lock-mode=2 \
        --wsrep-on=ON --wsrep-provider="$galera_library" --wsrep-cluster-name=concurrency-tests \
        --wsrep-cluster-address="gcomm://$2" --wsrep-node-name="node$node" --wsrep-node-address="$group" \
        --wsrep-sst-method=rsync --wsrep-sst-receive-address="127.0.0.1:${galera_state_ports[$node]}" \
        --wsrep-provider-options="gmcast.listen_addr=tcp://$group;ist.recv_addr=127.0.0.1:${galera_transfer_ports[$node]};gcache.size=64M" \
        "${@:3}"
    wait_for_node "$node"
}

takes_part() {
    [ "$(ask "$1" "SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'wsrep_local_state_comment'")" = Synced ] &&
        [ "$(ask "$1" "SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'wsrep_ready'")" = ON ]
}

# A node without a majority refuses everything until it is told that it is the cluster.
go_on_alone() {
    ask "$1" "SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'" && wait_for_node "$1"
}
