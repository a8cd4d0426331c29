#!/usr/bin/env bash
# with-postgres.sh COMMAND [ARGUMENT…]
#
# Starts a PostgreSQL cluster of its own, runs the command with ASM_TEST_POSTGRES set to the address of its superuser,
# and stops and removes the cluster however the command ends. The status is the command's; 3 when there was no cluster.
# For tests alone: nothing in it survives, so it does not wait for the disk. It listens on a socket in a directory that
# only its owner (and root) may enter, so no port is taken and no password needed.
set -euo pipefail

if [ $# -eq 0 ]; then
  echo "usage: with-postgres.sh COMMAND [ARGUMENT...]" >&2
  exit 2
fi

# find_programs prints the directory of initdb and postgres: on PATH, or where the packagers put them, newest first.
find_programs() {
  local initdb directory
  if initdb=$(command -v initdb) && command -v postgres >/dev/null; then
    dirname "$initdb"
    return
  fi
  for directory in $(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin \
    /usr/local/opt/postgresql@*/bin /Applications/Postgres.app/Contents/Versions/latest/bin | sort -rV 2>/dev/null); do
    if [ -x "$directory/initdb" ] && [ -x "$directory/postgres" ]; then
      echo "$directory"
      return
    fi
  done
  return 1
}

if ! programs=$(find_programs); then
  echo "with-postgres.sh: PostgreSQL's programs were not found: run scripts/install-test-dependencies.sh" >&2
  exit 3
fi

# PostgreSQL refuses to run as root: then it runs as a user who may do little.
account=$(id -un)
if [ "$(id -u)" -eq 0 ]; then
  account=nobody
  if id postgres >/dev/null 2>&1; then
    account=postgres
  fi
fi
as_owner() {
  if [ "$account" = "$(id -un)" ]; then
    "$@"
  elif command -v runuser >/dev/null; then
    runuser -u "$account" -- "$@"
  elif command -v setpriv >/dev/null; then
    setpriv --reuid "$account" --regid "$(id -g "$account")" --clear-groups -- "$@"
  else
    sudo -n -u "$account" -- "$@"
  fi
}

# The directory is short, because a socket's path holds 104 bytes at most.
directory=$(mktemp -d /tmp/asm-postgres.XXXXXX)
started=
finish() {
  local status=$?
  trap - EXIT HUP INT TERM
  if [ -n "$started" ]; then
    as_owner "$programs/pg_ctl" -D "$directory/data" -m immediate -w stop >/dev/null 2>&1 || true
  fi
  rm -rf "$directory"
  exit "$status"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
if [ "$account" != "$(id -un)" ]; then
  chown "$account" "$directory"
fi
cd "$directory"

if ! as_owner "$programs/initdb" -D "$directory/data" -U asm --auth=trust --encoding=UTF8 --no-locale --no-sync \
  >"$directory/log" 2>&1; then
  cat "$directory/log" >&2
  exit 3
fi
started=yes
# pg_ctl hands its open files on to the server, which must not keep the command's.
if ! as_owner "$programs/pg_ctl" -D "$directory/data" -l "$directory/data/server.log" -w -t 60 -o "-c listen_addresses='' \
  -k $directory -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300 \
  -c shared_buffers=128MB -c max_prepared_transactions=200" start >/dev/null 2>&1 </dev/null; then
  cat "$directory/data/server.log" >&2 || true
  exit 3
fi
cd "$OLDPWD"

export ASM_TEST_POSTGRES="postgres://asm@/postgres?host=$directory"
# The command leads a process group of its own, so that a signal to this script reaches all of it, and at once: bash
# would let a signal wait for a command in front.
set -m
"$@" <&0 &
command=$!
set +m
trap 'kill -HUP -- "-$command" 2>/dev/null || true; exit 129' HUP
trap 'kill -INT -- "-$command" 2>/dev/null || true; exit 130' INT
trap 'kill -TERM -- "-$command" 2>/dev/null || true; exit 143' TERM
status=0
wait "$command" || status=$?
exit "$status"
