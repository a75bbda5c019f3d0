#!/bin/sh
# A sample of its own scrape; after a restart, one that is older than the process.
set -e
url=http://127.0.0.1:9090
query() { curl -fsS -m 2 --get --data-urlencode "query=$1" $url/api/v1/query; }
until_one() { for _ in $(seq 50); do query "$1" | grep -q '"1"\]' && return; sleep 0.2; done; return 1; }
case $1 in
  ready) curl -fsS -m 2 $url/-/ready ;;
  write) until_one 'up{job="itself"}' ;;
  read) until_one 'count_over_time(up{job="itself"}[1h]) > bool 0' ;;
  again) until_one 'min_over_time(timestamp(up{job="itself"})[1h:1s]) < bool scalar(process_start_time_seconds{job="itself"})' ;;
esac
