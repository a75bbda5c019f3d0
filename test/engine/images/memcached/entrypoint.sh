#!/bin/sh
set -e
exec "$@" -l 0.0.0.0
