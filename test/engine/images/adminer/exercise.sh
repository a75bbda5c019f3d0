#!/bin/sh
# The page with its design, and a session that lasts from one request to the next.
set -e
url=http://127.0.0.1:8080
case $1 in
  ready) curl -fsS -m 2 $url/adminer.css | grep -q plain ;;
  write) curl -fsS -m 5 "$url/index.php?$2" ;;
  read | again) [ "$(curl -fsS -m 5 "$url/index.php?$2")" -ge 2 ] ;;
esac
