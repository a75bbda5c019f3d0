#!/bin/sh
# Each script that may be executed, in their order; one that fails ends the start.
set -e
for script in /docker-entrypoint.d/*.sh; do
  [ ! -x "$script" ] || "$script"
done
exec "$@"
