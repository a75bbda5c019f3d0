#!/usr/bin/env bash
# Puts the generator of Podman 5 at DIR/quadlet, from Debian's own package; the one of Debian 12 is older than quadlets. usage: get-quadlet.sh DIR
set -euo pipefail
dir=$1
[ -x "$dir/quadlet" ] && { echo "$dir/quadlet"; exit 0; }
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$dir"
echo 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main' > "$work/sources.list"
options=(-o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root)
apt-get "${options[@]}" -qq update >&2
(cd "$work" && apt-get "${options[@]}" -qq download podman >&2 && dpkg -x podman_*.deb x)
cp "$work/x/usr/libexec/podman/quadlet" "$dir/quadlet"
echo "$dir/quadlet"
