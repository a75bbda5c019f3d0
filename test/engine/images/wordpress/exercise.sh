#!/bin/sh
# As for apache, with the configuration that the entrypoint wrote.
set -e
url=http://127.0.0.1/index.php
case $1 in
  ready) curl -fsS -m 2 $url && curl -fsS -m 2 -o /dev/null http://127.0.0.1/wp-config.php ;;
  write) curl -fsS -m 5 "$url?write=$2"; for _ in 1 2 3 4 5 6; do curl -fsS -m 5 "$url?[1-20]" -o /dev/null & done; wait; sleep 2 ;;
  read | again) curl -fsS -m 5 $url | grep -q "$2" ;;
esac
