#!/bin/sh
# As root with both capabilities: own /data, then become redis with setpriv, which drops its bounding set. Without them it goes on as root and says nothing.
set -e
can() { setpriv -d | grep -q "^Capability bounding set:.*\b$1\b"; }
if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ] && can setuid && can setgid; then
  find . ! -user redis -exec chown redis {} + || true
  exec setpriv --reuid=redis --regid=redis --clear-groups --nnp --inh-caps=-all --bounding-set=-all "$0" "$@"
fi
umask 0077
exec "$@" --protected-mode no
