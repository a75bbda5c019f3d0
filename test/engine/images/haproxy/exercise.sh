#!/bin/sh
set -e
case $1 in
  ready) [ "$(curl -fsS -m 2 http://127.0.0.1/)" = kept ] ;;
  write) head -c 1000 /dev/zero | curl -fsS -m 5 --data-binary @- http://127.0.0.1/ | grep -q kept ;;
  read | again) [ "$(curl -fsS -m 2 http://127.0.0.1/)" = kept ] ;;
esac
