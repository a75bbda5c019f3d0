#!/bin/sh
mkdir -p /run/apache2 && exec apache2 -DFOREGROUND
