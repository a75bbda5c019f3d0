#!/bin/sh
# The first start makes a directory that nobody but the service may enter; the second one has to look into it.
set -e
if [ "$(id -u)" = 0 ]; then
  mkdir -p /data/store
  find /data/store ! -user app -exec chown app: {} +
  chmod 700 /data/store 2>/dev/null || true
  exec gosu app "$0"
fi
mkdir -p /data/store/inner
exec sleep 777
