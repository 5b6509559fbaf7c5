#!/bin/sh
# Turns this process into a machine: boot.sh BOOT_ENV. Runs on the host and ends with the machine.
#
# The first call joins the cgroups of the machine, so that no process of the machine is ever outside of them. The second
# call runs in a cgroup namespace with these cgroups as its root. With version 2, it moves to a leaf, because a cgroup
# with its own processes cannot delegate controllers.
set -eu
. "$1"
if [ "${2:-}" != below ]; then
  # sh can close only single-digit descriptors; boot.ts opens the others close-on-exec.
  exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
  for cgroup in $cgroups; do echo $$ >"$cgroup/cgroup.procs"; done
  exec unshare --cgroup sh "$here/boot.sh" "$1" below
fi
for cgroup in $leaves; do echo $$ >"$cgroup/cgroup.procs"; done
# --kill-child ends the machine with this process. nsenter is used because `ip netns exec` mounts a /sys without cgroups.
exec nsenter --net="$namespace" \
  unshare --mount --uts --ipc --pid --fork --kill-child=KILL sh "$here/init.sh" "$1"
