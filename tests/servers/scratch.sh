# The temporary folders and processes of one test run, and how they disappear again. Sourced by tests/run.

scratch=          # logs of this run
postgres_folder=  # everything of the throw-away PostgreSQL
mysql_folder=     # everything of the throw-away MariaDB
remover=          # process that removes these folders when we are gone
tests_group=      # process group of the running tests
server_processes=()

make_scratch() {
    trap clean_up EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    # Always in /tmp: a socket's path may have about 100 characters, and the servers' users must get there.
    # Folders made by mktemp are 0700. One for each server, because each may belong to another user.
    scratch=$(mktemp -d /tmp/concurrency-tests.XXXXXX)
    postgres_folder=$(mktemp -d /tmp/concurrency-postgres.XXXXXX)
    mysql_folder=$(mktemp -d /tmp/concurrency-mysql.XXXXXX)

    # Descriptor 9 is our lifeline: the kernel closes it when we die, and the remover sees that.
    # Whatever is long-lived must be started with 9>&-, or it would hold the lifeline open.
    local own_session=()
    ! has_program setsid || own_session=(setsid) # no signal to our group may kill the remover
    exec 9> >("${own_session[@]}" bash "$servers/remove-after" \
        "$scratch" "$postgres_folder" "$mysql_folder" >/dev/null 2>&1)
    remover=$!
}

clean_up() {
    set +e
    trap '' HUP INT TERM PIPE
    local process
    for process in ${tests_group:+"-$tests_group"} "${server_processes[@]}"; do
        kill_child "$process"
    done
    [ -z "$remover" ] || { echo done >&9 && wait "$remover"; }
}

# Ends a child, named by its id or as -group. At once and without a proper shutdown: its data is thrown away.
kill_child() {
    { kill -KILL -- "$1" && wait "${1#-}"; } 2>/dev/null || true
}

# Runs a command in a process group of its own, shows its output as it comes and adds a copy to a log; returns its status.
run_logged() {
    start_logged "$@"
    wait_logged
}

# In the background, because bash handles no signal while it waits for a foreground command.
start_logged() {
    local log=$1
    shift
    set -m
    { "$@" 2>&1 | tee -a "$log"; } </dev/null 9>&- &
    tests_group=$!
    set +m
    echo "-$tests_group" >"$scratch/tests.kill"
}

wait_logged() {
    local status=0
    wait "$tests_group" || status=$?
    rm "$scratch/tests.kill"
    tests_group=
    return "$status"
}
