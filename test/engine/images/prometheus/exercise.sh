#!/bin/sh
# A sample of its own scrape, asked for as of the second it was there: later samples do not answer for it.
set -e
url=http://127.0.0.1:9090
query() { curl -fsS -m 2 --get --data-urlencode "query=$1" $url/api/v1/query; }
until_one() { for _ in $(seq 50); do query "$1" | grep -q '"1"\]' && return; sleep 0.2; done; return 1; }
case $1 in
  ready) curl -fsS -m 2 $url/-/ready ;;
  write) until_one 'up{job="itself"}' && echo "kept=$(($(date +%s) + 1))" ;;
  read | again) until_one "up{job=\"itself\"} @ $2" ;;
esac
