#!/bin/sh
# As root it owns its directories, as far as it may. The broker becomes mosquitto by itself.
set -e
if [ "$(id -u)" = 0 ]; then chown -R mosquitto:mosquitto /mosquitto || true; fi
exec "$@"
