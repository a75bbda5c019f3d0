#!/bin/sh
set -e
exec "$@" --nodaemonize --force-stderr
