#!/bin/sh
# A blob is pushed as a client does, and pulled by its digest.
set -e
url=http://127.0.0.1:5000/v2
digest() { printf 'sha256:%s' "$(printf %s "$1" | sha256sum | cut -d' ' -f1)"; }
case $1 in
  ready) curl -fsS "$url/" ;;
  write)
    place=$(curl -fsS -X POST -D - -o /dev/null "$url/kept/blobs/uploads/" | tr -d '\r' | sed -n 's/^Location: //p')
    case $place in *\?*) mark='&' ;; *) mark='?' ;; esac
    curl -fsS -X PUT --data-binary "$2" -H 'Content-Type: application/octet-stream' "$place${mark}digest=$(digest "$2")" ;;
  read | again) [ "$(curl -fsS "$url/kept/blobs/$(digest "$2")")" = "$2" ] ;;
esac
