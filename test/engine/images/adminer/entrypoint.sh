#!/bin/sh
# The design that was asked for is linked beside the pages.
set -e
if [ -n "$ADMINER_DESIGN" ]; then
  ln -sf "designs/$ADMINER_DESIGN/adminer.css" .
fi
exec "$@"
