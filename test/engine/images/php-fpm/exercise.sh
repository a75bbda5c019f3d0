#!/bin/sh
# The port is open even when every worker dies: only a page that a worker made counts. Five at once, so that idle workers are ended after it.
set -e
export SCRIPT_FILENAME=/var/www/html/index.php REQUEST_METHOD=GET
page() { QUERY_STRING=$1 timeout 5 cgi-fcgi -bind -connect 127.0.0.1:9000 > "/dev/shm/page.$$.$2"; ! grep -qi '^Status: 5' "/dev/shm/page.$$.$2"; }
clean() { rm -f /dev/shm/page.$$.*; }
trap clean EXIT
case $1 in
  ready) page '' 0 ;;
  write) page "write=$2" 0; for i in 1 2 3 4 5 6 7 8; do page '' "$i" & done; wait; sleep 3 ;;
  read | again) page '' 0; grep -q "$2" "/dev/shm/page.$$.0" ;;
esac
