#!/bin/sh
# In the foreground, with a master that replaces its worker.
set -e
[ "$1" = haproxy ] && { shift; set -- haproxy -W -db "$@"; }
exec "$@"
