#!/bin/bash
set -e
export POSTGRES_PASSWORD="${POSTGRES_PASSWORD:-$(< "${POSTGRES_PASSWORD_FILE:-/dev/null}")}"
unset POSTGRES_PASSWORD_FILE
exec /serve.sh "$@"
