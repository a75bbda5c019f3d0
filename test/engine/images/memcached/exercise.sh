#!/bin/sh
set -e
say() { printf "$1" | nc -q 1 -w 2 127.0.0.1 11211; }
case $1 in
  ready) say 'version\r\nquit\r\n' | grep -q VERSION ;;
  write) say "set kept 0 0 ${#2}\r\n$2\r\nquit\r\n" | grep -q STORED ;;
  read) say 'get kept\r\nquit\r\n' | grep -q "$2" ;;
  # It keeps nothing: started again, it takes a value and gives it back as before.
  again) "$0" write "$2" && "$0" read "$2" ;;
esac
