#!/bin/sh
# PING answers whatever happens to the data: only SAVE shows that it can be kept.
set -e
case $1 in
  ready) [ "$(valkey-cli ping)" = PONG ] ;;
  write) valkey-cli set kept "$2" && [ "$(valkey-cli save)" = OK ] ;;
  read | again) [ "$(valkey-cli get kept)" = "$2" ] ;;
esac
