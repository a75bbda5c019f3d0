#!/bin/sh
# A row is written, and a join is grouped with a temporary table on disk.
set -e
sql() { mariadb -h 127.0.0.1 -u app -psecret --connect-timeout=2 -N -e "$1" app; }
case $1 in
  ready) sql 'SELECT 1' ;;
  write) sql "CREATE TABLE IF NOT EXISTS kept (word varchar(99)); INSERT INTO kept VALUES ('$2')"
         sql "SET tmp_memory_table_size=0; SELECT COUNT(*) FROM (SELECT MD5(seq) m, COUNT(*) FROM seq_1_to_20000 GROUP BY m ORDER BY m) t" ;;
  read | again) [ "$(sql "SELECT COUNT(*) > 0 FROM kept WHERE word = '$2'")" = 1 ] ;;
esac
