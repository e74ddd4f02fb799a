# What every command of the workbench shares: where things live, and how each
# of them comes to be.  Sourced by bash, never run.
#
#   EDU_ODOO_HOME   another place for .odoo
#   EDU_SHARED      another worktree's .odoo: use its Odoo, venv and cluster
#   EDU_DB_PREFIX   first part of every database's name (default: edu)
#   EDU_PORT        HTTP port of dev/run (default: 8069)
#   EDU_INTERFACE   address dev/run listens on (default: 127.0.0.1)
#   EDU_PYTHON      the Python the virtual environment is made from
#   PGHOST          use this PostgreSQL server (with PGPORT, PGUSER, PGPASSWORD)
#   ODOO_PATH       use this Odoo 19.0 checkout instead of Debian's package

set -euo pipefail
umask 022

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
ADDON=edu_dropout_control
HOME_DIR=${EDU_ODOO_HOME:-$ROOT/.odoo}
mkdir -p "$HOME_DIR"
HOME_DIR=$(cd "$HOME_DIR" && pwd -P)
BASE_DIR=$HOME_DIR
if [ -n "${EDU_SHARED:-}" ]; then
    BASE_DIR=$(cd "$EDU_SHARED" 2>/dev/null && pwd -P) || {
        echo "EDU_SHARED=$EDU_SHARED is not a folder." >&2
        exit 1
    }
fi
if [ -n "${EDU_DB_PREFIX:-}" ]; then
    DB_PREFIX=$EDU_DB_PREFIX
elif [ "$BASE_DIR" != "$HOME_DIR" ]; then
    DB_PREFIX=edu_$(basename "$ROOT" | tr -c 'a-z0-9\n' _)
else
    DB_PREFIX=edu
fi
HTTP_PORT=${EDU_PORT:-8069}
HTTP_INTERFACE=${EDU_INTERFACE:-127.0.0.1}

VENV=$BASE_DIR/venv
PY=$VENV/bin/python
ODOO_TREE=$BASE_DIR/usr/lib/python3/dist-packages
CONF=$HOME_DIR/odoo.conf
ADDONS_DIR=$HOME_DIR/addons
DATA_DIR=$HOME_DIR/data
LOG_DIR=$HOME_DIR/log
STAMPS=$BASE_DIR/stamps
# The bare host has no C.UTF-8 in its environment and Odoo reads Chinese files.
export LC_ALL=C.UTF-8 PYTHONUTF8=1

export PIP_DISABLE_PIP_VERSION_CHECK=1

say() { echo "· $*" >&2; }
die() {
    echo >&2
    echo "dev: $1" >&2
    shift
    for line in "$@"; do echo "     $line" >&2; done
    exit 1
}
sha() { sha256sum | cut -c1-16; }

# fetched WHAT ADVICE COMMAND...: run a step that needs the network; when it
# fails, say what was asked for and what to do.
fetched() {
    local what=$1 advice=$2 log
    log=$LOG_DIR/get-$(echo "$1" | tr -cs 'a-zA-Z0-9\n' - | cut -c1-40).log
    shift 2
    mkdir -p "$LOG_DIR"
    if ! "$@" >"$log" 2>&1; then
        echo >&2
        tail -n 15 "$log" >&2
        die "could not get $what" \
            "asked for by: $*" \
            "the whole answer: $log" \
            "what to do: $advice" \
            "then run the same command again: it goes on where it stopped."
    fi
}

stamped() { [ "$(cat "$STAMPS/$1" 2>/dev/null)" = "$2" ]; }
stamp() { mkdir -p "$STAMPS" && echo "$2" >"$STAMPS/$1"; }

# ----------------------------------------------------------------- the system

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo "$@"
    else
        return 77
    fi
}

# A Python that can make a virtual environment, or nothing.
find_python() {
    local candidate
    for candidate in ${EDU_PYTHON:-} python3 /usr/bin/python3 python3.12 python3.11; do
        if "$candidate" -c 'import sys, venv, ensurepip
sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

missing_packages() {
    command -v wkhtmltopdf >/dev/null || echo wkhtmltopdf
    command -v chromium >/dev/null || command -v google-chrome >/dev/null || echo chromium
    command -v pdftotext >/dev/null || echo poppler-utils
    [ -n "$(ls /usr/share/fonts/opentype/noto/NotoSans*CJK* 2>/dev/null)" ] || echo fonts-noto-cjk
    if [ -z "${PGHOST:-}" ]; then
        [ -x "$(pg_bin)/initdb" ] || echo postgresql
    else
        command -v createdb >/dev/null || echo postgresql-client
    fi
    find_python >/dev/null || echo python3-venv
}

setup_system() {
    local missing
    missing=$(missing_packages | xargs)
    [ -z "$missing" ] && return 0
    command -v apt-get >/dev/null ||
        die "these programs are missing: $missing" \
            "what to do: install them by this system's own means (the names are Debian's)."
    say "installing from this Debian: $missing"
    if ! as_root true; then
        die "these Debian packages are missing: $missing" \
            "what to do: as root, apt-get install --no-install-recommends $missing"
    fi
    # Debian would start a server of its own beside ours.
    if [[ " $missing " == *" postgresql "* ]] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        as_root mkdir -p /etc/postgresql-common
        echo "create_main_cluster = false" |
            as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    fetched "the lists of packages of this Debian" \
        "check the network and the apt sources of this machine" \
        as_root apt-get -q update
    # shellcheck disable=SC2086 # one word a package
    fetched "the Debian packages $missing" \
        "check the network and the apt sources of this machine" \
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        -o Dpkg::Options::=--force-confold -o Acquire::Retries=3 \
        install --no-install-recommends $missing
    missing=$(missing_packages | xargs)
    [ -z "$missing" ] || die "still missing after the installation: $missing"
}

# ------------------------------------------------------- Odoo, out of Debian

# debian_mirror [APT OPTIONS]: the mirror this machine itself installs from, whatever form its
# sources have; nothing where it has no lists of packages yet.
debian_mirror() {
    local codename
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    # shellcheck disable=SC2016 # the words in dollars are apt's
    apt-get "$@" indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        awk -v name="$codename" '$2 == name && $3 == "main" { print $1; exit }'
}

# Everything static Debian took out of Odoo, by the suite that has the files
# Odoo's links point to: sid's Font Awesome is a newer one, with other names.
SID_PACKAGES="odoo-19 libjs-jquery libjs-jquery-form libjs-underscore fonts-roboto-unhinted fonts-montserrat"
STABLE_PACKAGES="fonts-font-awesome fonts-inconsolata"

setup_odoo() {
    [ -n "${ODOO_PATH:-}" ] && return 0
    local want
    want=$(echo "1 $SID_PACKAGES $STABLE_PACKAGES" | sha)
    if stamped odoo "$want" && [ -f "$ODOO_TREE/odoo/release.py" ]; then return 0; fi

    local apt=$BASE_DIR/apt new=$BASE_DIR/usr.new mirror keyring deb
    local advice="check the network and the apt sources of this machine, or set ODOO_PATH to a checkout of Odoo 19.0"
    # This machine's own sources; with lists of ours where it has none or old ones.
    local stable=(-q -o "APT::Sandbox::User=" -o "Acquire::Retries=3")
    own_lists() {
        stable+=(-o "Dir::State::Lists=$apt/own" -o "Dir::Cache=$apt/cache" -o "Acquire::Languages=none")
        mkdir -p "$apt/own/partial" "$apt/cache/archives/partial"
        fetched "the lists of packages of this Debian" "$advice" apt-get "${stable[@]}" update
    }
    mirror=$(debian_mirror)
    if [ -z "$mirror" ]; then
        own_lists
        mirror=$(debian_mirror "${stable[@]}")
    fi
    [ -n "$mirror" ] ||
        die "no Debian mirror answers that the apt sources of this machine name" \
            "asked for: the 'main' of this machine's own release, by apt-get indextargets" \
            "what to do: look at apt-get update, or set ODOO_PATH to a checkout of Odoo 19.0"
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -f "$keyring" ] ||
        die "the file $keyring is missing" \
            "what to do: as root, apt-get install debian-archive-keyring"
    say "unpacking Odoo 19.0 from Debian's unstable suite into ${BASE_DIR/#$ROOT\//} (nothing is installed)"
    rm -rf "$apt/debs" "$new"
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/debs" "$new"
    echo "deb [signed-by=$keyring] $mirror sid main" >"$apt/sources.list"
    local options=(-q
        -o "Dir::Etc::SourceList=$apt/sources.list" -o "Dir::Etc::SourceParts=-"
        -o "Dir::Etc::Preferences=-" -o "Dir::Etc::PreferencesParts=-"
        -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache"
        -o "APT::Default-Release=" -o "APT::Sandbox::User=" -o "Acquire::Retries=3"
        -o "Acquire::Languages=none" -o "APT::Update::Error-Mode=any")
    fetched "the list of packages of Debian's unstable suite" "$advice" \
        apt-get "${options[@]}" update
    cd "$apt/debs"
    # shellcheck disable=SC2086
    fetched "Odoo and its static files from Debian's unstable suite" "$advice" \
        apt-get "${options[@]}" download $SID_PACKAGES
    # shellcheck disable=SC2086
    if ! apt-get "${stable[@]}" download $STABLE_PACKAGES >/dev/null 2>&1; then
        own_lists
        fetched "the fonts Odoo's pages link to" "$advice" \
            apt-get "${stable[@]}" download $STABLE_PACKAGES
    fi
    cd "$ROOT"
    # Odoo's translations into other languages are two thirds of it.
    for deb in "$apt"/debs/*.deb; do
        dpkg-deb --fsys-tarfile "$deb" |
            tar -x -C "$new" --exclude='*/i18n/[!z]*.po' --exclude='*/i18n/zh_TW.po'
    done
    repair_static "$new/usr"
    rm -rf "$BASE_DIR/usr"
    mv "$new/usr" "$BASE_DIR/usr"
    rm -rf "$new" "$apt"
    stamp odoo "$want"
}

# Make every link below the tree end inside the tree.
repair_static() {
    local usr=$1 link target
    local addons=$usr/lib/python3/dist-packages/odoo/addons
    find "$usr" -type l -lname '/usr/*' -print0 | while IFS= read -r -d '' link; do
        target=$usr/$(readlink "$link" | cut -c6-)
        ln -sfn "$(realpath -m --relative-to="$(dirname "$link")" "$target")" "$link"
    done
    # Left out by Debian; an empty file keeps the browser's console clean.
    mkdir -p "$addons/mail/static/lib/selfie_segmentation"
    [ -e "$addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js" ] ||
        : >"$addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    # A font of the Swiss payment slip, not free in Debian's eyes; no module of ours loads it.
    rm -f "$addons/l10n_ch/static/src/font/ocrb.otf"
    target=$(find "$addons" -xtype l -path '*/static/*')
    [ -z "$target" ] ||
        die "these static files of Odoo lead nowhere:" $target \
            "what to do: name the Debian package that has them in dev/lib.sh"
}

# ------------------------------------------------------------ Python packages

setup_venv() {
    local want python
    want=$( (cat "$ROOT/requirements.lock" && echo "$ODOO_TREE") | sha)
    if [ -x "$PY" ] && stamped venv "$want"; then return 0; fi
    if [ ! -x "$PY" ] || [ ! -f "$STAMPS/venv" ]; then
        python=$(find_python) || die "no Python from 3.11 to 3.13 that can make a virtual environment"
        say "making a virtual environment from $("$python" --version)"
        rm -rf "$VENV"
        "$python" -m venv "$VENV"
    fi
    say "installing requirements.lock"
    fetched "the Python packages of requirements.lock" \
        "check the network and the index pip is configured for (pip config list)" \
        "$PY" -m pip install --no-input --no-compile --retries 3 -r "$ROOT/requirements.lock"
    # Odoo is no Python package: a line in a .pth file makes it importable.
    echo "$ODOO_TREE" >"$("$PY" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/odoo.pth"
    stamp venv "$want"
}

# ----------------------------------------------------------------- PostgreSQL

pg_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }

# PostgreSQL refuses to run as root; Debian's package brings a user for it.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

# Where the private cluster and its socket live.  A socket's path must be short,
# and the data folder within reach of the user that owns the cluster.
cluster_paths() {
    local id
    id=$(echo "$BASE_DIR" | sha)
    PG_SOCKET=/tmp/edu-pg-${id:0:8}
    PG_DATA=$BASE_DIR/pg
    if [ "$(id -u)" = 0 ] && ! as_postgres test -x "$BASE_DIR"; then
        PG_DATA=/var/tmp/edu-pg-${id:0:8}
    fi
}

start_postgres() {
    if [ -n "${PGHOST:-}" ]; then
        export PGUSER=${PGUSER:-odoo}
        pg_isready -q -t 10 || die "PostgreSQL does not answer at PGHOST=$PGHOST" \
            "what to do: start it, or unset PGHOST to use a private one"
        return 0
    fi
    local bin
    bin=$(pg_bin)
    export PATH=$bin:$PATH
    cluster_paths
    export PGHOST=$PG_SOCKET PGPORT=5432 PGUSER=odoo
    pg_isready -q && return 0
    exec 8>"$BASE_DIR/pg.lock"
    flock 8
    if ! pg_isready -q; then start_cluster "$bin"; fi
    exec 8>&-
}

start_cluster() {
    local bin=$1
    mkdir -p "$BASE_DIR" "$(dirname "$PG_DATA")"
    if [ ! -f "$PG_DATA/PG_VERSION" ]; then
        say "making a private PostgreSQL cluster"
        rm -rf "$PG_DATA" "$PG_DATA.new"
        mkdir -p "$PG_DATA.new"
        [ "$(id -u)" != 0 ] || chown postgres: "$PG_DATA.new"
        as_postgres "$bin/initdb" -D "$PG_DATA.new" -E UTF8 --locale=C.UTF-8 -A trust \
            -U postgres --no-sync >"$BASE_DIR/initdb.log" 2>&1 ||
            die "PostgreSQL's initdb failed" "the whole answer: $BASE_DIR/initdb.log"
        # A cluster that may be lost at any time, tuned for tests.
        as_postgres tee -a "$PG_DATA.new/postgresql.conf" >/dev/null <<'CONF'
listen_addresses = ''
max_connections = 200
shared_buffers = 256MB
work_mem = 32MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 2GB
max_parallel_workers_per_gather = 0
jit = off
log_min_messages = fatal
CONF
        mv "$PG_DATA.new" "$PG_DATA"
    fi
    if [ "$(cat "$PG_DATA/PG_VERSION")" != "$(basename "$(dirname "$bin")")" ]; then
        bin=/usr/lib/postgresql/$(cat "$PG_DATA/PG_VERSION")/bin
        [ -x "$bin/pg_ctl" ] || die "the cluster in $PG_DATA was made by a PostgreSQL that is gone" \
            "what to do: remove that folder; its databases are made again"
    fi
    if [ "$(id -u)" = 0 ] && [ "$(stat -c %U "$PG_DATA")" != postgres ]; then
        chown -R postgres: "$PG_DATA" # the folder was copied, or handed to somebody else
    fi
    as_postgres "$bin/pg_ctl" -D "$PG_DATA" -m fast -w stop >/dev/null 2>&1 || true
    mkdir -p "$PG_SOCKET"
    if [ "$(id -u)" = 0 ]; then chown postgres: "$PG_SOCKET"; fi
    chmod 700 "$PG_SOCKET"
    # The lock's descriptor must not live on in the server.
    as_postgres "$bin/pg_ctl" -D "$PG_DATA" -w -t 60 -l "$PG_DATA/server.log" \
        -o "-k $PG_SOCKET" start >/dev/null 8>&- 9>&- ||
        die "PostgreSQL does not start" "the whole answer: $PG_DATA/server.log"
    psql -qXU postgres -d postgres -tAc "SELECT 1 FROM pg_roles WHERE rolname = 'odoo'" | grep -q 1 ||
        psql -qXU postgres -d postgres -c "CREATE ROLE odoo LOGIN CREATEDB"
}

cluster_running() {
    [ -z "${PGHOST:-}" ] && cluster_paths && [ -f "$PG_DATA/postmaster.pid" ] &&
        as_postgres "$(pg_bin)/pg_ctl" -D "$PG_DATA" status >/dev/null
}

stop_postgres() {
    cluster_paths
    [ -f "$PG_DATA/postmaster.pid" ] || return 0
    as_postgres "$(pg_bin)/pg_ctl" -D "$PG_DATA" -m fast -w stop >/dev/null
}

# ------------------------------------------------- the addon as Odoo sees it

# A real folder with one link for each entry of the root, never a link to the
# root: the translation export follows links and would walk through Odoo for ever.
link_addon() {
    local target=$ADDONS_DIR/$ADDON entry name
    mkdir -p "$target"
    for entry in "$target"/*; do
        [ -L "$entry" ] || { rm -rf "$entry"; continue; }
        [ -e "$ROOT/$(basename "$entry")" ] || rm -f "$entry"
    done
    for entry in "$ROOT"/*; do
        name=$(basename "$entry")
        case $name in
            dev | benchmarks | docs | __pycache__ | requirements* | *.toml | Makefile) continue ;;
        esac
        [ "$(readlink "$target/$name" 2>/dev/null)" = "$entry" ] || ln -sfn "$entry" "$target/$name"
    done
}

write_conf() {
    local paths=$ADDONS_DIR
    if [ -n "${ODOO_PATH:-}" ]; then
        [ -f "$ODOO_PATH/odoo/release.py" ] || die "ODOO_PATH=$ODOO_PATH holds no Odoo"
        grep -q "version_info = (19, 0" "$ODOO_PATH/odoo/release.py" ||
            die "ODOO_PATH=$ODOO_PATH is not Odoo 19.0"
        export PYTHONPATH=$ODOO_PATH${PYTHONPATH:+:$PYTHONPATH}
        paths=$ODOO_PATH/addons,$paths
    fi
    mkdir -p "$DATA_DIR" "$LOG_DIR"
    cat >"$CONF.$$" <<CONF
# Written by dev/lib.sh on every call; change that instead.
[options]
addons_path = $paths
data_dir = $DATA_DIR
db_host = $PGHOST
db_port = ${PGPORT:-5432}
db_user = $PGUSER
db_password = ${PGPASSWORD:-}
db_maxconn = 32
list_db = False
http_interface = $HTTP_INTERFACE
http_port = $HTTP_PORT
workers = 0
max_cron_threads = 1
limit_time_cpu = 0
limit_time_real = 0
edu_secret_key_file = $HOME_DIR/secret.key
CONF
    chmod 600 "$CONF.$$"
    mv "$CONF.$$" "$CONF"
}

# Everything above, in order; nothing is done twice.
setup() {
    exec 9>"$BASE_DIR/setup.lock"
    flock 9
    setup_system
    if [ "$BASE_DIR" = "$HOME_DIR" ]; then
        # One waits for the network while the other unpacks.
        setup_odoo & local odoo=$!
        setup_venv & local venv=$!
        local status=0
        wait "$odoo" || status=1
        wait "$venv" || status=1
        [ "$status" = 0 ] || exit 1
    elif [ ! -x "$PY" ]; then
        die "EDU_SHARED=$EDU_SHARED is not set up" "what to do: run dev/setup in its worktree"
    fi
    exec 9>&-
    start_postgres
    link_addon
    write_conf
}

# ------------------------------------------------------------------ databases

odoo() { (cd "$HOME_DIR" && "$PY" -m odoo "$@"); }

sql() { psql -qXtA -v ON_ERROR_STOP=1 -d "${DB:-postgres}" -c "$1"; }
db_exists() { [ "$(sql "SELECT 1 FROM pg_database WHERE datname = '$1'")" = 1 ]; }
# The stamp of a database is its comment: it is made, copied and lost with it.
db_stamp() { sql "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '$1'"; }
set_db_stamp() { sql "COMMENT ON DATABASE \"$1\" IS '$2'"; }

db_drop() {
    dropdb --if-exists --force "$1" 2>/dev/null || dropdb --if-exists "$1"
    [ -z "$1" ] || rm -rf "$DATA_DIR/filestore/$1"
}

# db_copy FROM TO [FROM_DATA_DIR]: the database and its file store.
db_copy() {
    db_drop "$2"
    createdb -T "$1" "$2"
    local files=${3:-$DATA_DIR}/filestore/$1
    mkdir -p "$DATA_DIR/filestore"
    [ ! -d "$files" ] || cp -a "$files" "$DATA_DIR/filestore/$2"
}

db_rename() {
    db_drop "$2"
    sql "ALTER DATABASE \"$1\" RENAME TO \"$2\""
    rm -rf "$DATA_DIR/filestore/$2"
    [ ! -d "$DATA_DIR/filestore/$1" ] || mv "$DATA_DIR/filestore/$1" "$DATA_DIR/filestore/$2"
}

# quiet_odoo WHAT ARGS...: an installation that must leave no error in the log.
quiet_odoo() {
    local what=$1 log
    log=$LOG_DIR/$(echo "$1" | tr -c 'a-z0-9\n' -).log
    shift
    if ! odoo "$@" >"$log" 2>&1 ||
        grep -qE '^[0-9-]+ [0-9:,]+ [0-9]+ (ERROR|CRITICAL) ' "$log" ||
        grep -q 'demo data failed to install' "$log"; then  # to Odoo that is a warning
        grep -vE ' (INFO|DEBUG) ' "$log" | tail -n 40 >&2
        die "$what failed" "the whole log: $log"
    fi
    # An option of ours is unknown to Odoo and read by the addon.
    grep -E '^[0-9-]+ [0-9:,]+ [0-9]+ WARNING ' "$log" |
        grep -v "unknown option 'edu_" >&2 || true
}

odoo_version() {
    if [ -n "${ODOO_PATH:-}" ]; then
        git -C "$ODOO_PATH" rev-parse HEAD 2>/dev/null || sha <"$ODOO_PATH/odoo/release.py"
    else
        cat "$STAMPS/odoo" "$ODOO_TREE"/odoo-19*.egg-info/PKG-INFO 2>/dev/null
    fi
}

manifest_depends() {
    "$PY" -c 'import ast, sys
print(",".join(ast.literal_eval(open(sys.argv[1]).read())["depends"]))' "$ROOT/__manifest__.py"
}

# What an installed copy depends on; tests, documents and tools are no part of it.
addon_hash() {
    (cd "$ROOT" && find . -type f \
        -not -path './.*' -not -path './dev/*' -not -path './docs/*' -not -path './benchmarks/*' \
        -not -path './tests/*' -not -path './static/description/*' -not -path '*/__pycache__/*' \
        -not -name '*.md' -not -name '*.rst' -not -name '*.pot' -not -name 'requirements*' \
        "${@}" -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha)
}

# The addon's dependencies in zh_CN: made once, shared by all worktrees.
ensure_base_db() {
    local depends
    depends=$(manifest_depends)
    BASE_DB=edu_base_$( (odoo_version; echo "2 $depends") | sha | cut -c1-10)
    [ "$(db_stamp "$BASE_DB")" = done ] && return 0
    exec 7>"$BASE_DIR/base_db.lock"
    flock 7
    if [ "$(db_stamp "$BASE_DB")" != done ]; then
        say "installing $depends once"
        DATA_DIR=$BASE_DIR/data db_drop "$BASE_DB"
        quiet_odoo "the installation of $depends" -c "$CONF" -D "$BASE_DIR/data" -d "$BASE_DB" \
            -i "$depends" --load-language=zh_CN --no-http --stop-after-init --log-level=warn
        set_db_stamp "$BASE_DB" done
    fi
    exec 7>&-
}

# The addon freshly installed, without demo data: what tests and tools copy.
ensure_template() {
    TEMPLATE_DB=${DB_PREFIX}_tpl
    ensure_base_db
    local want new=${DB_PREFIX}_tpl_new
    exec 6>"$HOME_DIR/template.lock"
    flock 6
    want="$BASE_DB $(addon_hash -not -path './demo/*')"
    if [ "$(db_stamp "$TEMPLATE_DB")" != "$want" ]; then
        say "installing the addon into $TEMPLATE_DB"
        db_copy "$BASE_DB" "$new" "$BASE_DIR/data"
        quiet_odoo "the installation of $ADDON" -c "$CONF" -d "$new" -i "$ADDON" \
            --no-http --stop-after-init --log-level=warn
        db_rename "$new" "$TEMPLATE_DB"
        set_db_stamp "$TEMPLATE_DB" "$want"
    fi
    exec 6>&-
}

# Where the modules of Odoo's own are.
odoo_addons() { "$PY" -c 'import odoo, os; print(os.path.join(odoo.__path__[0], "addons"))'; }

# TERMS: a .po file of all terms, with the Chinese that a fresh installation shows.
export_terms() {
    local db=${DB_PREFIX}_terms_$$ log=$LOG_DIR/terms.log
    TERMS=$HOME_DIR/terms.po
    db_copy "$TEMPLATE_DB" "$db"
    # -l takes every word behind it, so the module comes first.
    if ! odoo i18n export -c "$CONF" -d "$db" "$ADDON" -l zh_CN -o "$TERMS" >"$log" 2>&1; then
        db_drop "$db"
        tail -n 20 "$log" >&2
        die "the terms could not be exported" "the whole log: $log"
    fi
    db_drop "$db"
}
