#!/bin/sh
# The collectors that read the host's files, and not one that failed beside those the machine has no files for.
set -e
url=http://127.0.0.1:9100/metrics
case $1 in
  ready) curl -fsS -m 5 $url -o /dev/null ;;
  write) : ;;
  read | again) curl -fsS -m 5 $url | grep -E '^node_(cpu_seconds_total|memory_MemTotal_bytes|filesystem_size_bytes|load1|network_receive_bytes_total)' | grep -c . | grep -qv '^[0-4]$' ;;
esac
