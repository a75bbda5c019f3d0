#!/bin/sh
# Healthy means that the daemon is there: whether its jobs run is another matter.
rm -f /run/crond.pid /run/crond.reboot
exec cron -f
