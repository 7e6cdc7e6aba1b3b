# Which backends are wanted and which tests ran. Sourced by tests/run.

# True if this run must not go on without the backend.
is_required() {
    [ -z "${CI:-}" ] && [ "${REQUIRE_ALL_BACKENDS:-}" != 1 ] || return 0
    local name
    for name in ${REQUIRE_BACKENDS:-}; do
        [ "$(backend_called "$name")" != "$1" ] || return 0
    done
    return 1
}

backend_called() {
    case $1 in
    pg | postgres | postgresql) echo postgres ;;
    mysql | mariadb) echo mysql ;;
    sqlite) echo sqlite ;;
    browser) echo browser ;;
    *) return 1 ;;
    esac
}

# A misspelt name would silently require nothing.
check_required_names() {
    local name
    for name in ${REQUIRE_BACKENDS:-}; do
        backend_called "$name" >/dev/null || fail "REQUIRE_BACKENDS names '$name'; it may name pg, mysql, sqlite and browser"
    done
}

# Prints how many tests ran and how many of them failed in the test binaries of one root (tests/<root>.rs), or, for
# the root `other`, in all the rest. It reads what cargo printed: the binary's name, then the binary's own result.
count_tests() {
    without_colours "$1" | awk -v wanted="$2" '
        / Running .*\(.*\)$/ || /^ *Doc-tests / {
            root = "other"
            if (match($0, /[ \/]((async_)?(sqlite|postgres|mysql)|browser)\.rs \(/)) {
                root = substr($0, RSTART + 1, RLENGTH - 6)
            }
        }
        /^test result: / && root == wanted { ran += $4 + $6; failed += $6 }
        END { print ran + 0, failed + 0 }'
}

# Prints the program of one root, as cargo named it; nothing if cargo did not come so far.
program_of() {
    local program
    program=$(without_colours "$2" | sed -n "s|^ *Running tests/$1\.rs (\(.*\))\$|\1|p" | tail -n 1)
    [ -z "$program" ] || realpath -- "$program"
}

without_colours() {
    sed $'s/\033\\[[0-9;]*m//g' "$1"
}

# Prints the closing table; false if a backend that was there ran no test at all.
print_table() {
    local log=$1 root backend ran failed empty=()
    printf '\n%-14s %6s %8s   %s\n' backend tests failed server
    for root in {,async_}{sqlite,postgres,mysql} browser other; do
        backend=${root#async_}
        if [ -n "${not_run[$backend]:-}" ]; then
            printf '%-14s %6s %8s   %s\n' "$root" - - "NOT RUN"
            continue
        fi
        read -r ran failed < <(count_tests "$log" "$root")
        printf '%-14s %6d %8d   %s\n' "$root" "$ran" "$failed" "${server_version[$backend]}"
        [ "$ran" -gt 0 ] || [ "$root" = other ] || empty+=("$root")
    done
    for root in "${empty[@]}"; do
        echo "FAILED: not one $root test ran"
    done
    [ "${#empty[@]}" -eq 0 ]
}

# The last line of a run that left something out.
print_note() {
    local backend text=
    for backend in "${!not_run[@]}"; do
        text+="${text:+; }$backend tests were NOT RUN (${not_run[$backend]})"
    done
    for backend in postgres mysql; do
        [ -n "${is_ours[$backend]:-}${not_run[$backend]:-}" ] ||
            text+="${text:+; }the tests that stop the $backend server were NOT RUN (it was not started here)"
    done
    [ -z "$is_unchecked" ] || text+="${text:+; }axe-core did NOT look at the pages (it could not be fetched)"
    [ -z "$text" ] || echo "NOTE: $text"
}
