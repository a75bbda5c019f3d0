#!/bin/sh
# A page over HTTPS. The last certificate of the chain is its own authority's, and has to be the same after a restart.
set -e
authority() { curl -fsSk -m 2 -o /dev/null -w '%{certs}' https://localhost/ | sed -n '/BEGIN/,/END/p' | awk '/BEGIN/ { text = "" } { text = text $0 } END { print text }' | md5sum | cut -c1-32; }
case $1 in
  ready) curl -fsSk -m 2 https://localhost/ ;;
  write) curl -fsS -m 2 http://localhost/ | grep -q kept && echo "kept=$(authority)" ;;
  read | again) [ "$(authority)" = "$2" ] ;;
esac
