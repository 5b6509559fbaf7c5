/**
 * Shell commands that make all cgroups of a mount namespace read-only, as in a container without --privileged. Version
 * 1 has a mount for each hierarchy, version 2 one for all.
 */
export const readOnlyCgroups =
  'while read -r _ place type _; do case $type in cgroup*) mount -o remount,bind,ro "$place" ;; esac; done </proc/mounts';
