#!/usr/bin/env bash
# An Engine that gives containers numbers of their own (userns-remap), beside the one of test/engine/engine.sh. As root:
#
#   eval "$(test/engine/ownership/remap.sh start IMAGE)"   starts it, gives it IMAGE of the Engine of DOCKER_HOST, and exports BATTEN_REMAP_HOST
#   test/engine/ownership/remap.sh stop                    ends it and removes its files
set -euo pipefail
dir=${BATTEN_REMAP_DIR:-${TMPDIR:-/tmp}/batten-remap}
socket=$dir/docker.sock
pidfile=$dir/docker.pid
# Interface names have at most 15 characters; a daemon without a bridge deletes docker0.
bridge=batten-remap
first=700000

start() {
  mkdir -p "$dir"
  for file in /etc/subuid /etc/subgid; do
    touch "$file"
    grep -q '^daemon:' "$file" || { printf 'daemon:%s:65536\n' "$first" >>"$file"; touch "$dir/${file##*/}"; }
  done
  ip link show "$bridge" >/dev/null 2>&1 || { ip link add name "$bridge" type bridge; ip addr add 198.19.77.1/24 dev "$bridge"; ip link set "$bridge" up; }
  setsid dockerd --userns-remap daemon --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$pidfile" --host "unix://$socket" \
    --bridge "$bridge" --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false --userland-proxy=false >"$dir/dockerd.log" 2>&1 </dev/null &
  local tries=0
  until docker --host "unix://$socket" version >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ]; then tail -n 20 "$dir/dockerd.log" >&2; return 1; fi
    sleep 0.2
  done
  docker save "$1" | docker --host "unix://$socket" load >&2
  printf 'export BATTEN_REMAP_HOST=%q\n' "unix://$socket"
}

stop() {
  local pid tries=0
  if [ -s "$pidfile" ]; then
    pid=$(cat "$pidfile")
    kill "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 100 ]; do tries=$((tries + 1)); sleep 0.2; done
  fi
  ip link delete "$bridge" 2>/dev/null || true
  for file in subuid subgid; do [ ! -e "$dir/$file" ] || sed -i "/^daemon:$first:65536\$/d" "/etc/$file"; done
  awk -v below="$dir/" 'index($2, below) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mounted; do umount "$mounted"; done
  rm -rf "$dir"
}

case ${1:-} in
  start) start "$2" ;;
  stop) stop ;;
  *) echo "usage: eval \"\$($0 start IMAGE)\" | $0 stop" >&2; exit 2 ;;
esac
