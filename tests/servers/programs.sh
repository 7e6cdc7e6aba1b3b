# The test programs of the roots, built once and run against many servers. Sourced by tests/run.

declare -A programs=() # name -> path; those of the command-line tool begin with tool_

# prepare_programs <backend…>: with TEST_PROGRAMS from that folder, else built by cargo.
prepare_programs() {
    local backend name
    [ -n "${TEST_PROGRAMS:-}" ] || build_programs
    for backend; do
        for name in {,async_,tool_}"$backend"; do
            [ -z "${TEST_PROGRAMS:-}" ] || programs[$name]=$TEST_PROGRAMS/$name
            [ -x "${programs[$name]:-}" ] || fail "there is no program of the tests $name${TEST_PROGRAMS:+ in $TEST_PROGRAMS}"
        done
    done
}

# prepare_program <name> <feature>: one that a run of all tests does not build.
prepare_program() {
    local log=$scratch/build-$1.json
    if [ -n "${TEST_PROGRAMS:-}" ]; then
        programs[$1]=$TEST_PROGRAMS/$1
    else
        check_tools
        cd "$root"
        run_logged "$scratch/build.log" build_into "$log" cargo test -p concurrency-tests --no-default-features \
            --features "concurrency-tests/$2" --test "$1" --no-run --message-format=json-render-diagnostics || fail "$1 does not build"
        programs[$1]=$(executable_of tests "$1" "$log")
    fi
    [ -x "${programs[$1]}" ] || fail "there is no program of the tests $1"
}

# With the packages and features of a whole run: with others cargo would build everything anew.
build_programs() {
    local log=$scratch/build.json test roots=() missing
    check_tools
    missing=$(missing_for_building_postgres; missing_for_building_mysql)
    [ -z "$missing" ] || fail "something is missing, install it: $(install_command "$missing")"
    for test in {,async_}{postgres,mysql}; do
        roots+=(--test "$test")
    done
    cd "$root"
    run_logged "$scratch/build.log" build_into "$log" cargo test --workspace --exclude concurrency-benches --no-default-features \
        --features "$(features_for postgres mysql)" --no-run --message-format=json-render-diagnostics "${roots[@]}" || fail "the tests do not build"
    for test in {,async_}{postgres,mysql}; do
        programs[$test]=$(executable_of tests "$test" "$log")
        programs[tool_$test]=$(executable_of concurrency-cli "$test" "$log")
    done
}

build_into() {
    "${@:2}" >"$1"
}

# executable_of <package's folder> <test> <cargo's messages>
executable_of() {
    sed -nE "/\"package_id\":\"[^\"]*\/$1#/s/.*\"kind\":\[\"test\"\].*\"name\":\"$2\".*\"executable\":\"([^\"]+)\".*/\1/p" "$3" | tail -n 1
}
