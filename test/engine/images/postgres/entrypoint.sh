#!/bin/bash
# As root: own the directories, then become postgres. As postgres: make the cluster once, then serve.
set -e
socket=/var/run/postgresql
mkdir -p "$PGDATA"
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$socket"
  for path in "$PGDATA" "$socket"; do find "$path" ! -user postgres -exec chown postgres {} +; done
  chmod 700 "$PGDATA" || true
  chmod 3775 "$socket" || true
  exec gosu postgres "$0" "$@"
fi
chmod 700 "$PGDATA" || true
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --username=postgres --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") --auth-host=scram-sha-256
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  # Initialisation scripts run on a server that only its socket reaches.
  pg_ctl -w start -o '-c listen_addresses='
  psql -v ON_ERROR_STOP=1 -U postgres <<<'CREATE DATABASE app'
  pg_ctl -w -m fast stop
fi
exec "$@" -c listen_addresses='*'
