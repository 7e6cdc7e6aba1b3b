# What this machine needs to build and run the tests, and its installation with apt-get. Sourced by tests/run.

every_package=(gcc libc6-dev pkg-config libpq-dev libmariadb-dev postgresql mariadb-server sqlite3 chromium chromium-driver fonts-inter)

# Finds a program in PATH, or in one of the folders that PATH of an ordinary user often lacks.
find_program() {
    local homebrew program
    homebrew=$(printf ':%s' {/opt/homebrew,/usr/local,/home/linuxbrew/.linuxbrew}/{bin,opt/mariadb/bin})
    program=$(PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin$homebrew" command -v "$1") &&
        [ -x "$program" ] && # bash also finds files that cannot be executed
        echo "$program"
}

has_program() {
    find_program "$1" >/dev/null
}

# Prints the folder that holds initdb and postgres; Debian has one for each version, outside PATH.
find_postgres_folder() {
    local in_path candidates folder
    in_path=$(command -v postgres) && in_path=$(dirname "$(readlink -f "$in_path")")
    candidates=$(printf '%s\n' /usr/lib/postgresql/*/bin \
        {/opt/homebrew,/usr/local,/home/linuxbrew/.linuxbrew}/opt/postgresql*/bin | sort -rV) # newest first
    for folder in "$in_path" /usr/sbin $candidates; do
        if [ -x "$folder/postgres" ] && [ -x "$folder/initdb" ]; then
            echo "$folder"
            return 0
        fi
    done
    return 1
}

links_libpq() {
    local folder=${PQ_LIB_DIR:-$(pg_config --libdir 2>/dev/null || echo /usr/lib)}
    echo 'int main(void) { return 0; }' | cc -x c - -L"$folder" -lpq -o "$scratch/links-libpq" 2>/dev/null
}

# The same places where the crate mysqlclient-sys looks.
finds_mysql_client() {
    [ -n "${MYSQLCLIENT_LIB_DIR:-}" ] || has_program mysql_config ||
        pkg-config --exists libmariadb 2>/dev/null || pkg-config --exists mysqlclient 2>/dev/null
}

# The programs with which people dump a database: a test runs them.
missing_for_dumps() {
    has_program sqlite3 || echo sqlite3
    has_program pg_dump && has_program psql || echo postgresql-client
    has_program mariadb-dump || has_program mysqldump || echo mariadb-client
}

# These print the Debian packages that are missing: for every build, for building and for running each of two backends, and for the
# tests in a browser.
missing_for_building() {
    has_program cc || echo gcc libc6-dev
}

missing_for_building_postgres() {
    links_libpq || echo libpq-dev
}

missing_for_building_mysql() {
    finds_mysql_client || {
        has_program pkg-config || echo pkg-config
        echo libmariadb-dev
    }
}

missing_for_postgres() {
    missing_for_building_postgres
    [ -n "${PG_URL:-}" ] || find_postgres_folder >/dev/null || echo postgresql
}

missing_for_mysql() {
    missing_for_building_mysql
    [ -n "${MYSQL_URL:-}" ] || has_program mariadbd || echo mariadb-server
}

missing_for_browser() {
    has_program chromium && has_program chromedriver || echo chromium chromium-driver fonts-inter
}

# Turns the names printed by the functions above, several lines perhaps, into the command to tell the user.
install_command() {
    echo "apt-get install --no-install-recommends" $*
}

# --no-remove: never take away a server (MySQL for example) that somebody uses here.
apt_get() {
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -y -o DPkg::Lock::Timeout=300 --no-remove "$@" </dev/null 9>&-
}

install_missing() {
    local missing package
    mapfile -t missing < <({ missing_for_building; missing_for_postgres; missing_for_mysql; missing_for_dumps; missing_for_browser; } | tr ' ' '\n')
    [ "${#missing[@]}" -gt 0 ] || return 0
    has_program apt-get || return 0
    [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null || return 0

    echo "== installing: ${missing[*]}"
    apt_get update || true
    apt_get install --no-install-recommends "${missing[@]}" ||
        for package in "${missing[@]}"; do # what one package spoils must not keep the others away
            apt_get install --no-install-recommends "$package" || echo "== could not install $package"
        done
}
