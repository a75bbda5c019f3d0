#!/bin/bash
# As root: own the directories, then become mysql. As mysql: make the system tables once, then serve.
set -e
data=/var/lib/mysql
if [ "$(id -u)" = 0 ]; then
  find "$data" ! -user mysql -exec chown mysql: {} +
  find /run/mysqld -maxdepth 0 ! -user mysql -exec chown mysql: {} +
  exec gosu mysql "$0" "$@"
fi
if [ ! -d "$data/mysql" ]; then
  mariadb-install-db --datadir="$data" --auth-root-authentication-method=normal --skip-test-db >/dev/null
  mariadbd --datadir="$data" --bootstrap <<SQL
FLUSH PRIVILEGES;
CREATE DATABASE app;
CREATE USER 'app'@'%' IDENTIFIED BY '$MARIADB_PASSWORD';
GRANT ALL ON app.* TO 'app'@'%';
SQL
fi
exec "$@" --datadir="$data" --skip-name-resolve --bind-address=0.0.0.0
