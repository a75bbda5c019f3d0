#!/bin/sh
# PING answers whatever happens to the data: only SAVE shows that it can be kept.
set -e
case $1 in
  ready) [ "$(redis-cli ping)" = PONG ] ;;
  write) redis-cli set kept "$2" && [ "$(redis-cli save)" = OK ] ;;
  read | again) [ "$(redis-cli get kept)" = "$2" ] ;;
esac
