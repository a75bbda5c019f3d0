#!/bin/sh
# As root: own /data, then become redis.
set -e
if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
  find . ! -user redis -exec chown redis {} +
  exec gosu redis "$0" "$@"
fi
umask 0077
exec "$@" --protected-mode no
