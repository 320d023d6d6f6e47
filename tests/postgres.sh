#!/bin/sh
# A throw-away PostgreSQL for tests and measurements:  tests/postgres.sh run COMMAND...
# Makes a cluster in a temporary folder, reachable only through a socket in that folder, with PostgreSQL's own durable settings
# (fsync and synchronous commit on: a vote is confirmed only when it is durable); exports SANDOGH_DATABASE_URL, runs COMMAND, and takes everything
# away again. Works as root (the cluster then belongs to Debian's user postgres, which root is not allowed to be) and as an ordinary user.
set -eu

if [ "${1:-}" != run ] || [ $# -lt 2 ]; then
    echo "usage: tests/postgres.sh run COMMAND..." >&2
    exit 2
fi
shift

# Debian keeps the server's programs off the path, one folder for each version.
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb 2>/dev/null)" 2>/dev/null) || bin=
[ -n "$bin" ] && [ -x "$bin/initdb" ] || { echo "PostgreSQL is not installed: apt-get install postgresql" >&2; exit 1; }

home=$(mktemp -d "${TMPDIR:-/tmp}/sandogh-pg.XXXXXX")
if [ "$(id -u)" = 0 ]; then
    id postgres >/dev/null 2>&1 || { echo "root needs the user postgres, which Debian's package makes: apt-get install postgresql" >&2; exit 1; }
    chown postgres "$home"
    as_owner() { (cd "$home" && runuser -u postgres -- "$@"); }
else
    as_owner() { (cd "$home" && "$@"); }
fi

stop() {
    as_owner "$bin/pg_ctl" --pgdata="$home/data" --mode=immediate --silent stop >/dev/null 2>&1 || true
    rm -rf "$home"
}
trap stop EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# The folder is readable by its owner (and root) alone, so whoever reaches the socket is trusted.
as_owner "$bin/initdb" --pgdata="$home/data" --username=sandogh --auth=trust --encoding=UTF8 --locale=C >/dev/null
cat >>"$home/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$home'
max_connections = 200
log_min_messages = fatal
CONF
echo 'CREATE DATABASE sandogh' | as_owner "$bin/postgres" --single -D "$home/data" postgres >/dev/null
as_owner "$bin/pg_ctl" --pgdata="$home/data" --log="$home/log" --wait --silent start || { cat "$home/log" >&2; exit 1; }
SANDOGH_DATABASE_URL="postgresql://sandogh@$(printf %s "$home" | sed 's,/,%2F,g')/sandogh"
export SANDOGH_DATABASE_URL
echo "PostgreSQL: $SANDOGH_DATABASE_URL" >&2

# In the background and waited for, so that a signal to this script stops the cluster at once and not only when COMMAND ends.
"$@" &
command=$!
trap 'kill -INT $command 2>/dev/null; wait $command 2>/dev/null; exit 130' INT
trap 'kill -TERM $command 2>/dev/null; wait $command 2>/dev/null; exit 143' TERM
status=0
wait $command || status=$?
exit $status
