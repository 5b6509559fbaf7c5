#!/bin/sh
# Keeps the namespaces in which a user without root is root: keeper.sh ID. It is PID 1 of its PID namespace, so all machines
# end with it. It gets its own /run, for the names of network namespaces.
set -eu
PATH=$PATH:/usr/sbin:/sbin

mount -t tmpfs -o mode=0755 run /tmp
for entry in /run/*; do
  new=/tmp/${entry##*/}
  if [ "$new" = /tmp/netns ]; then
    continue
  elif [ -L "$entry" ]; then
    cp -P "$entry" "$new"
  elif [ -d "$entry" ]; then
    mkdir "$new"
    mount --rbind "$entry" "$new" || rmdir "$new"
  elif [ -e "$entry" ]; then
    : >"$new"
    mount --bind "$entry" "$new" || rm "$new"
  fi
done
mount --move /tmp /run
ip link set lo up
mkdir -m 0755 /run/netns /run/overlay-e2e-rootless
: >/run/overlay-e2e-rootless/pid
mount --bind /proc/self/ns/pid /run/overlay-e2e-rootless/pid
echo ready

trap : INT HUP
while :; do
  sleep 1000000 &
  rest=$!
  # A shell that waits reaps every child, adopted ones too.
  while kill -0 "$rest" 2>/dev/null; do wait "$rest" || :; done
done
