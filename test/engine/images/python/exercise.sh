#!/bin/sh
set -e
url=http://127.0.0.1
case $1 in
  ready) curl -sS -m 2 -o /dev/null $url ;;
  write) curl -fsS -m 2 "$url/?write=$2" ;;
  read | again) curl -fsS -m 2 $url | grep -q "$2" ;;
esac
