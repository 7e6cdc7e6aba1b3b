# tests/run --cluster galera|group-replication: the suite on one of three nodes, then the history with clients on all of them, while
# nodes are killed, paused and started. Sourced by tests/run.
#
# HISTORY_SECONDS  how long the history is played (600)
# CLUSTER_SUITE=0  the history alone
# CLUSTER_EVENTS   what happens to the nodes ("kill pause majority")

cluster=            # which one
node_processes=()   # by node, from 1
node_ports=()       # where it answers
node_group_ports=() # where it meets the others

run_cluster() {
    local event node status=0
    cluster=${1:-}
    case $cluster in
    galera | group-replication) source "$servers/$cluster.sh" ;;
    pgbouncer) run_pgbouncer ;;
    replica) run_replica ;;
    *) fail "there is no cluster '$cluster'; there are galera, group-replication, replica and pgbouncer" ;;
    esac
    export HISTORY_SECONDS="${HISTORY_SECONDS:-600}"
    for event in ${CLUSTER_EVENTS:-}; do
        declare -F "happens_$event" >/dev/null || fail "CLUSTER_EVENTS names '$event'; it may name kill, pause and majority"
    done
    make_scratch
    check_cluster
    prepare_program cluster cluster
    [ "${CLUSTER_SUITE:-1}" = 0 ] || prepare_programs mysql
    choose_user mysql "$mysql_folder"
    start_cluster || fail "the cluster did not start"
    for node in 1 2 3; do
        CLUSTER_URLS+=${CLUSTER_URLS:+,}mysql://root@127.0.0.1:${node_ports[$node]}/mysql
    done
    export CLUSTER_URLS MYSQL_URL="${CLUSTER_URLS%%,*}"
    echo "== $cluster: $(mysql_version), three nodes"
    [ "${CLUSTER_SUITE:-1}" = 0 ] || run_program "$cluster" mysql || status=1
    play_history || status=1
    exit "$status"
}

# The history, while something happens to the nodes all the time.
play_history() {
    local log=$scratch/history.log until=$((SECONDS + HISTORY_SECONDS)) events event=0
    read -ra events <<<"${CLUSTER_EVENTS:-kill pause majority}"
    echo "     Running the history on all nodes ($HISTORY_SECONDS s)"
    start_logged "$log" in_folder "$root/tests" "${programs[cluster]}" --nocapture
    while sleep 10 && kill -0 "-$tests_group" 2>/dev/null && [ $((until - SECONDS)) -gt 60 ]; do
        "happens_${events[$((event++ % ${#events[@]}))]}" || echo "== the nodes did not all come back"
    done
    wait_logged
}

# The node changes from time to time.
happens_kill() {
    local node=$((1 + event / 3 % 3))
    echo "== $(date +%T) node $node is killed"
    kill_child "${node_processes[$node]}"
    sleep 5
    start_node "$node"
    echo "== $(date +%T) node $node is back"
}

happens_pause() {
    local node=$((1 + event / 3 % 3))
    echo "== $(date +%T) node $node is paused"
    kill -STOP "${node_processes[$node]}"
    sleep 8
    kill -CONT "${node_processes[$node]}"
    wait_for_node "$node"
    echo "== $(date +%T) node $node is back"
}

happens_majority() {
    local left=$((1 + event / 3 % 3)) node
    echo "== $(date +%T) only node $left is left"
    for node in 1 2 3; do
        [ "$node" = "$left" ] || kill_child "${node_processes[$node]}"
    done
    sleep 10
    go_on_alone "$left"
    for node in 1 2 3; do
        [ "$node" = "$left" ] || start_node "$node"
    done
    echo "== $(date +%T) all nodes are back"
}

# run_node <node> <command…>: starts its server.
run_node() {
    local node=$1
    start_process "$mysql_folder/node$node" "${@:2}"
    node_processes[node]=$server_process
}

# Waits until a node takes part.
wait_for_node() {
    local node=$1 tenth
    for tenth in $(seq 900); do
        kill -0 "${node_processes[$node]}" 2>/dev/null || break
        ! takes_part "$node" || return 0
        sleep 0.1
    done
    show_log "node $node" "$mysql_folder/node$node"
    return 1
}

# ask <node> <statement>
ask() {
    "$(find_program mariadb || find_program mysql)" --no-defaults --connect-timeout=5 -uroot -h127.0.0.1 -P"${node_ports[$1]}" \
        -sN -e "$2" 2>/dev/null
}
