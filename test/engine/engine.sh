#!/usr/bin/env bash
# An Engine of one's own for test/engine, beside whatever else runs on the machine. As root, on Debian:
#
#   eval "$(test/engine/engine.sh start)"    installs, starts, builds the base image, and exports DOCKER_HOST and BATTEN_ENGINE
#   test/engine/engine.sh stop               ends what start began and removes its files
#
# BATTEN_ENGINE_DIR  where its data, sockets and the Debian tree go (default: batten-engine in the temporary directory). A tree that is
#                    there from an earlier start is used again: `stop --keep` leaves it.
# Only `start` prints to standard output, and only what is to be evaluated; the time of each part goes to standard error.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${BATTEN_ENGINE_DIR:-${TMPDIR:-/tmp}/batten-engine}
socket=$dir/docker.sock
pidfile=$dir/docker.pid
suite=bookworm
mirror=${BATTEN_DEBIAN_MIRROR:-http://deb.debian.org/debian}
# An interface name has at most 15 characters. 198.18.0.0/15 is for tests between networks, so no real network is in the way.
bridge=batten$(printf '%s' "$dir" | cksum | cut -c1-6)
subnet=198.18.$((16#$(printf '%s' "$dir" | md5sum | cut -c1-2))).1/24

say() { printf 'engine: %s\n' "$*" >&2; }

# part NAME COMMAND…: runs it with its output in a log, and says how long it took, or why it failed.
part() {
  local name=$1 begin=$SECONDS; shift
  if ! "$@" >"$dir/part.log" 2>&1; then say "$name failed"; tail -n 20 "$dir/part.log" >&2; exit 1; fi
  say "$name: $((SECONDS - begin)) s"
}

install_packages() {
  local missing=()
  command -v dockerd >/dev/null || missing+=(docker.io iptables)
  command -v debootstrap >/dev/null || missing+=(debootstrap)
  command -v ip >/dev/null || missing+=(iproute2)
  command -v ps >/dev/null || missing+=(procps)
  # The syntax of the profiles that learn writes is checked with it.
  command -v apparmor_parser >/dev/null || missing+=(apparmor)
  # The stacks of test/engine/prove need a Compose; the old one is enough.
  [ -n "${BATTEN_COMPOSE:-}" ] || docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null || missing+=(docker-compose)
  [ ${#missing[@]} -eq 0 ] && command -v docker >/dev/null && return
  apt-get -qq update
  # From Debian 13 on the client is a package of its own; before, docker.io brings it.
  command -v docker >/dev/null || { apt-cache show docker-cli >/dev/null 2>&1 && missing+=(docker-cli) || missing+=(docker.io); }
  # The package would start a daemon of its own.
  local policy=/usr/sbin/policy-rc.d made=
  [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy"; chmod +x "$policy"; made=1; }
  local status=0
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" || status=$?
  [ -z "$made" ] || rm -f "$policy"
  return "$status"
}

# A second daemon deletes docker0 when it is told to have no bridge, and rewrites the rules of the first when it manages them. With a bridge of
# its own and no iptables it leaves both alone. The containers under test have no network, and builds use the host's.
start_daemon() {
  if [ -s "$pidfile" ] && kill -0 "$(cat "$pidfile")" 2>/dev/null; then return; fi
  ip link show "$bridge" >/dev/null 2>&1 || { ip link add name "$bridge" type bridge; ip addr add "$subnet" dev "$bridge"; ip link set "$bridge" up; }
  # Capabilities the machine itself lacks cannot be given away; the default set must be there.
  setsid dockerd --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$pidfile" --host "unix://$socket" \
    --bridge "$bridge" --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false --userland-proxy=false >"$dir/dockerd.log" 2>&1 </dev/null &
  local tries=0
  until docker --host "unix://$socket" version >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ "$tries" -gt 150 ]; then tail -n 20 "$dir/dockerd.log"; return 1; fi
    sleep 0.2
  done
}

# What the kernel sees of containers is read through it (src/engine/trace). The machine's own mount, if there is one, is used and left.
mount_tracefs() {
  [ -e /sys/kernel/tracing/README ] || [ -e /sys/kernel/debug/tracing/README ] || { mount -t tracefs tracefs /sys/kernel/tracing && touch "$dir/tracefs"; }
}

bootstrap() {
  [ -e "$dir/debian.tar" ] && return
  debootstrap --variant=minbase "$suite" "$dir/tree" "$mirror"
  tar -C "$dir/tree" -cf "$dir/debian.tar.part" .
  mv "$dir/debian.tar.part" "$dir/debian.tar"
  rm -rf "$dir/tree"
}

import_base() {
  docker --host "unix://$socket" image inspect batten-engine/debian >/dev/null 2>&1 && return
  docker --host "unix://$socket" import "$dir/debian.tar" batten-engine/debian
}

start() {
  [ "$(id -u)" = 0 ] || { say 'start needs root'; exit 1; }
  mkdir -p "$dir"
  part 'packages' install_packages
  part 'daemon' start_daemon
  # Not every kernel has it: what needs it is skipped then.
  mount_tracefs || say 'tracefs cannot be mounted'
  part 'debootstrap' bootstrap
  part 'import' import_base
  printf 'export DOCKER_HOST=%q BATTEN_ENGINE=1\n' "unix://$socket"
}

stop() {
  local pid tries=0
  if [ -s "$pidfile" ]; then
    pid=$(cat "$pidfile")
    kill "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 100 ]; do tries=$((tries + 1)); sleep 0.2; done
  fi
  ip link delete "$bridge" 2>/dev/null || true
  [ ! -e "$dir/tracefs" ] || umount /sys/kernel/tracing || true
  # The daemon leaves its network namespace mounted.
  awk -v below="$dir/" 'index($2, below) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mounted; do umount "$mounted"; done
  [ "${1:-}" = --keep ] || rm -rf "$dir"
}

case ${1:-} in
  start) start ;;
  stop) stop "${2:-}" ;;
  *) say "usage: eval \"\$($here/engine.sh start)\" | $here/engine.sh stop [--keep]"; exit 2 ;;
esac
