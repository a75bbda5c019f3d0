#!/bin/sh
# A retained message, which has to outlive a restart: the broker answers whether or not it can keep it.
set -e
case $1 in
  ready) nc -z -w 2 127.0.0.1 1883 ;;
  write) mosquitto_pub -t kept -r -q 1 -m "$2" ;;
  read | again) [ "$(mosquitto_sub -t kept -C 1 -W 3)" = "$2" ] ;;
esac
