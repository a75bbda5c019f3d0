#!/usr/bin/env bash
# A Docker host of its own with another machine beside it, for networks.test.ts. As root, on Debian:
#
#   eval "$(test/engine/networks/host.sh start)"   exports BATTEN_NETWORKS and what goes with it
#   test/engine/networks/host.sh stop
#
# The host is a network namespace in which a daemon of its own manages iptables: a second one in the same namespace would rewrite the rules of
# the first. The other machine is another namespace at the end of a cable; it stands for the LAN and the internet. Both know IPv4 and IPv6.
# BATTEN_COMPOSE names a Compose; without one docker-compose is installed.
set -euo pipefail
dir=${BATTEN_NETWORKS_DIR:-${TMPDIR:-/tmp}/batten-networks}
id=$(printf '%s' "$dir" | cksum | cut -c1-5)
host=bth$id lan=btl$id socket=$dir/docker.sock pidfile=$dir/docker.pid

say() { printf 'networks: %s\n' "$*" >&2; }

install_packages() {
  local missing=()
  command -v dockerd >/dev/null || missing+=(docker.io iptables)
  command -v ip >/dev/null || missing+=(iproute2)
  [ -n "${BATTEN_COMPOSE:-}" ] || command -v docker-compose >/dev/null || missing+=(docker-compose)
  if [ ${#missing[@]} -gt 0 ]; then
    apt-get -qq update
    local policy=/usr/sbin/policy-rc.d made=
    [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy"; chmod +x "$policy"; made=1; }
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}"
    [ -z "$made" ] || rm -f "$policy"
  fi
  if [ ! -x "$dir/busybox" ]; then
    (cd "$dir" && { apt-get -qq download busybox-static || { apt-get -qq update && apt-get -qq download busybox-static; }; } && dpkg -x busybox-static_*.deb deb && cp deb/bin/busybox busybox && rm -r deb busybox-static_*.deb)
  fi
}

cable() {
  ip netns list | grep -qw "$host" && return
  ip netns add "$host"; ip netns add "$lan"
  ip link add "h$id" type veth peer name "l$id"
  ip link set "h$id" netns "$host"; ip link set "l$id" netns "$lan"
  for end in "$host h$id 1" "$lan l$id 2"; do
    set -- $end
    ip -n "$1" link set lo up; ip -n "$1" link set "$2" up
    ip -n "$1" addr add "198.18.200.$3/24" dev "$2"; ip -n "$1" -6 addr add "fd00:ba77::$3/64" dev "$2" nodad
  done
  ip -n "$host" route add default via 198.18.200.2
}

# nsenter and not `ip netns exec`, which hides the control groups.
start_daemon() {
  if [ -s "$pidfile" ] && kill -0 "$(cat "$pidfile")" 2>/dev/null; then return; fi
  setsid nsenter --net="/run/netns/$host" dockerd --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$pidfile" \
    --host "unix://$socket" --dns 198.18.200.2 >"$dir/dockerd.log" 2>&1 </dev/null &
  local tries=0
  until docker --host "unix://$socket" version >/dev/null 2>&1; do
    tries=$((tries + 1)); [ "$tries" -le 150 ] || { tail -n 20 "$dir/dockerd.log"; return 1; }; sleep 0.2
  done
}

# One image for everything: BusyBox, and a program that listens.
import_image() {
  docker --host "unix://$socket" image inspect batten-networks/all >/dev/null 2>&1 && return
  local tree=$dir/tree; rm -rf "$tree"; mkdir -p "$tree/bin" "$tree/etc" "$tree/tmp"
  cp "$dir/busybox" "$tree/bin/busybox"
  for name in sh nc sleep timeout nslookup true; do ln -s busybox "$tree/bin/$name"; done
  cat >"$tree/bin/listen" <<'SCRIPT'
#!/bin/sh
trap 'exit 0' TERM
for port in ${LISTEN:-80 443 5432 6379 8080}; do nc -ll -p "$port" -e true & done
while :; do sleep 3600 & wait $!; done
SCRIPT
  chmod +x "$tree/bin/listen"
  tar -C "$tree" -c . | docker --host "unix://$socket" import --change 'ENTRYPOINT ["/bin/listen"]' - batten-networks/all >/dev/null
}

start() {
  [ "$(id -u)" = 0 ] || { say 'start needs root'; exit 1; }
  mkdir -p "$dir"
  local begin=$SECONDS
  for part in install_packages cable start_daemon import_image; do
    "$part" >"$dir/part.log" 2>&1 || { say "$part failed"; tail -n 20 "$dir/part.log" >&2; exit 1; }
  done
  say "started in $((SECONDS - begin)) s"
  printf 'export BATTEN_NETWORKS_ENGINE=%q BATTEN_NETWORKS=%q BATTEN_NETWORKS_LAN=%q BATTEN_NETWORKS_HOST=%q BATTEN_NETWORKS_COMPOSE=%q\n' \
    "unix://$socket" "$dir" "/run/netns/$lan" "/run/netns/$host" "${BATTEN_COMPOSE:-$(command -v docker-compose)}"
}

stop() {
  local pid tries=0
  if [ -s "$pidfile" ]; then
    pid=$(cat "$pidfile"); kill "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 100 ]; do tries=$((tries + 1)); sleep 0.2; done
  fi
  ip netns delete "$host" 2>/dev/null || true; ip netns delete "$lan" 2>/dev/null || true
  awk -v below="$dir/" 'index($2, below) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mounted; do umount "$mounted"; done
  rm -rf "$dir"
}

case ${1:-} in
  start) start ;;
  stop) stop ;;
  *) say "usage: eval \"\$($0 start)\" | $0 stop"; exit 2 ;;
esac
