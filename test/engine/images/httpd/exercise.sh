#!/bin/sh
# Enough requests that children end and are replaced.
set -e
url=http://127.0.0.1
case $1 in
  ready) curl -fsS -m 2 $url/ | grep -q kept ;;
  write) for _ in 1 2 3 4 5 6; do curl -fsS -m 5 "$url/[1-20]" -o /dev/null 2>/dev/null || true; curl -fsS -m 5 "$url/?[1-40]" -o /dev/null; done ;;
  read | again) sleep 1; curl -fsS -m 5 $url/ | grep -q kept ;;
esac
