#!/bin/sh
# A table is written, and sorted in more memory than the server has for it, so that temporary files are made.
set -e
export PGPASSWORD=secret PGCONNECT_TIMEOUT=2
sql() { psql -h 127.0.0.1 -U postgres -d app -v ON_ERROR_STOP=1 -Atqc "$1"; }
case $1 in
  ready) sql 'SELECT 1' ;;
  write) sql "CREATE TABLE IF NOT EXISTS kept (word text); INSERT INTO kept VALUES ('$2'); CHECKPOINT"
         sql "SET work_mem='64kB'; SELECT count(*) FROM (SELECT g FROM generate_series(1,200000) g ORDER BY md5(g::text)) s" ;;
  read | again) [ "$(sql "SELECT count(*) > 0 FROM kept WHERE word = '$2'")" = t ] ;;
esac
