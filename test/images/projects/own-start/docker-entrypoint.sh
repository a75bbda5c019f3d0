#!/usr/bin/env bash
prepare-cluster --data "$PGDATA"
exec postgres "$@"
