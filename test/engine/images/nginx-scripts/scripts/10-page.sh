#!/bin/sh
# What many use it for: the page gets what is only known when it starts. Where it may not be written, the old page stays.
echo "kept of $HOSTNAME" > /usr/share/nginx/html/index.html || true
