#!/bin/sh
# Like the image's own, it prepares its configuration where it may, and only says so where it may not.
set -e
if [ -w /etc/nginx/conf.d/default.conf ] && touch /etc/nginx/conf.d/default.conf 2>/dev/null; then
  sed -i 's/listen 80;/listen 80; listen [::]:80;/' /etc/nginx/conf.d/default.conf || true
else
  echo 'default.conf cannot be written'
fi
exec "$@"
