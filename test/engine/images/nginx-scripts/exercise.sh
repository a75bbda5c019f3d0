#!/bin/sh
# The page has to be the one that the script wrote; then the same as without scripts.
set -e
url=http://127.0.0.1
case $1 in
  ready) curl -fsS -m 2 $url/ | grep -q "kept of $HOSTNAME" ;;
  write) head -c 1000000 /dev/zero | curl -fsS -m 5 --data-binary @- $url/up | grep -q kept ;;
  read | again) curl -fsS -m 5 $url/ | grep -q "kept of $HOSTNAME" ;;
esac
