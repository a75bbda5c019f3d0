#!/bin/sh
set -e
[ "$(dig +short +time=1 +tries=1 @127.0.0.1 kept.test)" = 192.0.2.7 ]
