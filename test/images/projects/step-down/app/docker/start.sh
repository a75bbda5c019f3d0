#!/bin/bash
set -euo pipefail

if [ "$(id -u)" = '0' ]; then
  # the volume may be new
  chown -R app:app /data
  exec gosu app "$0" "$@"
fi

exec "$@"
