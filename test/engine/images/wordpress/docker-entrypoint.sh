#!/bin/bash
# As root: unpack the pages with their owner, then write the configuration into the directory that now belongs to www-data.
set -euo pipefail
if [ "$1" = apache2-foreground ]; then
  if [ ! -e index.php ]; then
    unpack=()
    if [ "$(id -u)" = 0 ]; then
      [ "$(stat -c %u:%g .)" != 0:0 ] || chown www-data:www-data .
    else
      unpack+=(--no-overwrite-dir)
    fi
    tar --create --file - --directory /usr/src/wordpress --owner www-data --group www-data . | tar --extract --file - "${unpack[@]}"
  fi
  if [ ! -s wp-config.php ] && [ -n "${WORDPRESS_DB_HOST:-}" ]; then
    sed "s/DB_HOST/$WORDPRESS_DB_HOST/" /usr/src/wordpress/wp-config-docker.php > wp-config.php
    [ "$(id -u)" != 0 ] || chown www-data:www-data wp-config.php || true
  fi
fi
exec "$@"
