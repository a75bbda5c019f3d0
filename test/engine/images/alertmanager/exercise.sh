#!/bin/sh
# A silence, which is kept in a file when the process ends.
set -e
url=http://127.0.0.1:9093
case $1 in
  ready) curl -fsS -m 2 $url/-/ready ;;
  write) curl -fsS -m 2 -H 'Content-Type: application/json' $url/api/v2/silences -d '{"matchers":[{"name":"a","value":"b","isRegex":false}],"startsAt":"2020-01-01T00:00:00Z","endsAt":"2099-01-01T00:00:00Z","createdBy":"test","comment":"'"$2"'"}' ;;
  read | again) curl -fsS -m 2 $url/api/v2/silences | grep -q "$2" ;;
esac
