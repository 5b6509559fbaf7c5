#!/bin/sh
# Starts a machine with its own kernel: boot.sh BOOT_ENV. Runs on the host and ends with the machine.
#
# It joins the machine's cgroups first, so that no process of the machine is ever outside of them. Its network namespace
# holds eth1, which the machine's kernel opens.
set -eu
. "$1"
# Only the first ten can be named here; the caller opens the others close-on-exec.
exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
for cgroup in $cgroups; do echo $$ >"$cgroup/cgroup.procs"; done
# --kill-child ties all processes of the machine to one.
# shellcheck disable=SC2086 -- Without root, one option: the PID namespace that ends with the keeper.
exec taskset -c "$processor" nsenter --net="$namespace" $join_pids \
  unshare --mount --ipc --pid --fork --kill-child=KILL sh "$here/jail.sh" "$1"
