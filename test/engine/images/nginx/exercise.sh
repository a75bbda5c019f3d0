#!/bin/sh
# A page, an upload that goes through a temporary file, and a page from the cache. A master without workers answers nothing.
set -e
url=http://127.0.0.1
case $1 in
  ready) curl -fsS -m 2 $url/ | grep -q kept ;;
  write) head -c 1000000 /dev/zero | curl -fsS -m 5 --data-binary @- $url/up | grep -q kept
         curl -fsS -m 5 $url/cached >/dev/null ;;
  read | again) for _ in 1 2 3 4 5; do curl -fsS -m 5 -D - $url/cached | grep -q 'X-Cache: HIT' && exit 0; curl -fsS -m 5 $url/cached >/dev/null; sleep 0.2; done; exit 1 ;;
esac
