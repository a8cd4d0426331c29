#!/usr/bin/env bash
# install-test-dependencies.sh
#
# Sees to it that what the tests need beside Go and Node is there: Chromium for the browser tests, PostgreSQL's server
# programs for the other database. On Debian and its kin, as root, it installs what is missing from the system's
# packages; elsewhere it says what to install. With nothing missing it does nothing and says nothing.
set -euo pipefail

has_chromium() {
  local name
  for name in "${ASM_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
    "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
    if [ -n "$name" ] && command -v "$name" >/dev/null; then
      return 0
    fi
  done
  return 1
}

has_postgres() {
  local program
  for program in $(command -v initdb || true) /usr/lib/postgresql/*/bin/initdb /usr/pgsql-*/bin/initdb \
    /opt/homebrew/opt/postgresql@*/bin/initdb /usr/local/opt/postgresql@*/bin/initdb \
    /Applications/Postgres.app/Contents/Versions/latest/bin/initdb; do
    if [ -x "$program" ]; then
      return 0
    fi
  done
  return 1
}

missing=
has_chromium || missing="$missing chromium"
has_postgres || missing="$missing postgresql"
if [ -z "$missing" ]; then
  exit 0
fi

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "The tests also need:$missing. Please install it with your system's packages (as root on Debian: this script does)." >&2
  exit 1
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
  apt-get update -q && {
    # Without this, Debian's package makes and starts a cluster that nobody asked for.
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
      mkdir -p /etc/postgresql-common
      echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
    fi
    # shellcheck disable=SC2086 # names of packages, to be split
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
      -o Dpkg::Options::=--force-confold $missing
  }
}
if ! install >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
