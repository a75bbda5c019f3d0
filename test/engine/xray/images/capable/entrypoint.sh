#!/bin/bash
# It asks who it is with a setuid program, and waits for a neighbour where there is one.
whose > /srv/app/whose
if [ -n "$NEIGHBOUR" ]; then until ping -c 1 "$NEIGHBOUR"; do sleep 1; done; fi
listen -lk 81 &
exec "$@"
