#!/bin/sh
# Makes a machine out of this process: boot.sh BOOT_ENV. Runs on the host and ends with the machine.
#
# First call: join the machine's cgroups, so that nothing of the machine is ever outside of them. Second call, in a cgroup
# namespace that begins there: on version 2 step down into a leaf, since a cgroup with processes of its own may hand no
# controller on.
set -eu
. "$1"
if [ "${2:-}" != below ]; then
  # Only the first ten can be named here; whoever starts this opens the others close-on-exec.
  exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
  for cgroup in $cgroups; do echo $$ >"$cgroup/cgroup.procs"; done
  exec unshare --cgroup sh "$here/boot.sh" "$1" below
fi
for cgroup in $leaves; do echo $$ >"$cgroup/cgroup.procs"; done
# --kill-child ties all of the machine to one process. nsenter, not `ip netns exec`, which mounts a /sys without cgroups.
exec nsenter --net="$namespace" \
  unshare --mount --uts --ipc --pid --fork --kill-child=KILL sh "$here/init.sh" "$1"
