# What the throw-away servers have in common, and the servers named by the user. Sourced by tests/run.

as_user=()         # prefix that runs a command as the server's user
die_with_runner=() # prefix that lets the kernel kill a command when we die
! has_program setpriv || die_with_runner=(setpriv --pdeathsig=KILL)

# Root hands a server's folder to an ordinary user: PostgreSQL refuses to run as root, MariaDB had better not.
choose_user() {
    local user=$1 folder=$2
    as_user=()
    [ "$(id -u)" -eq 0 ] || return 0
    id -u "$user" >/dev/null 2>&1 || user=nobody
    chown "$user" "$folder"
    as_user=(setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups)
}

# Becomes a command of a server, so call it in a subshell. The death signal is set last, because a change of user
# clears it; exec keeps the command our own child, which is what the signal is bound to.
exec_in_folder() {
    cd "$1"
    export LC_ALL=C
    exec "${as_user[@]}" "${die_with_runner[@]}" "${@:2}" </dev/null >>"$1/log" 2>&1 9>&-
}

# Starts a server; its process id is then $server_process.
start_process() {
    set -m # a process group of its own: Ctrl-C must end the tests before the server
    (exec_in_folder "$@") &
    server_process=$!
    set +m
    server_processes+=("$server_process")
    # Where the kernel does not do it, the remover must kill it.
    [ "${#die_with_runner[@]}" -gt 0 ] || echo "$server_process" >>"$scratch/servers.kill"
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' \
        2>/dev/null && return
    local port
    while :; do
        port=$((20000 + RANDOM % 12000)) # below the range from which the kernel gives out ports
        accepts_connections 127.0.0.1 "$port" || break
    done
    echo "$port"
}

accepts_connections() {
    (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null
}

# bring_up <folder> <launch> <ping>: starts a server with the function `launch` on a free port, now $port, until the
# function `ping` reaches it. Somebody may take the port in between, then another one is tried.
bring_up() {
    local folder=$1 launch=$2 ping=$3 attempt
    for attempt in 1 2 3 4 5; do
        : >"$folder/log"
        port=$(free_port)
        "$launch"
        ! wait_until_ready "$ping" || return 0
        kill_child "$server_process"
        unset 'server_processes[-1]'
        grep -qi 'already in use' "$folder/log" || return 1
        echo "== port $port was taken, trying another one"
    done
    return 1
}

wait_until_ready() {
    local tenth
    for tenth in $(seq 600); do
        kill -0 "$server_process" 2>/dev/null || return 1
        ! "$1" >/dev/null 2>&1 || return 0
        sleep 0.1
    done
    return 1
}

show_log() {
    echo "== $1 did not start, the last lines of its log:"
    tail -n 60 "$2/log" | sed 's/^/    /'
}

# Splits the URL of a server into $url_user, $url_password, $url_host and $url_port; false if it has another form.
split_url() {
    local form='^[a-z]+://(([^:/@]*)(:([^/@]*))?@)?(\[([^]]+)\]|[^]:/?,%[]+)(:([0-9]+))?([/?]|$)'
    [[ $1 =~ $form ]] || return 1
    url_user=$(percent_decode "${BASH_REMATCH[2]}")
    url_password=$(percent_decode "${BASH_REMATCH[4]}")
    url_host=${BASH_REMATCH[6]:-${BASH_REMATCH[5]}}
    url_port=${BASH_REMATCH[8]:-$2}
}

percent_decode() {
    printf '%b' "${1//%/\\x}"
}

# True if something listens where the URL says, or if that cannot be known (a socket file, several hosts).
url_answers() {
    split_url "$1" "$2" || return 0
    accepts_connections "$url_host" "$url_port"
}
