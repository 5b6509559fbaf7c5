#!/bin/sh
# PID 1 of a machine: init.sh BOOT_ENV. Sets up the root file system, starts the engine, and reaps orphaned processes.
# SIGTERM shuts the machine down: first the engine, then everything else. SIGUSR1 starts the engine.
set -eu
. "$1"

# The file systems of a machine: the programs of the host below an overlay, and a separate /var, /run, /tmp and /home.
mount -t tmpfs -o mode=0755 machine "$root"
cd "$root"
mkdir -p .own .host
for path in /*; do
  entry=${path#/}
  case $entry in
    usr | etc | bin | sbin | lib* | opt | nix | gnu)
      if [ -L "$path" ]; then
        cp -P "$path" "$root/$entry"
      elif [ -d "$path" ]; then
        mkdir -p "$entry" ".own/$entry/upper" ".own/$entry/work"
        mount -t overlay -o "lowerdir=$path,upperdir=.own/$entry/upper,workdir=.own/$entry/work" machine "$entry"
      fi
      ;;
  esac
done
mkdir -p "$root/proc" "$root/sys" "$root/dev" "$root/run/lock" "$root/tmp" "$root/root" "$root/home" "$root/mnt" \
  "$root/media" "$root/srv" "$root/var/lib/docker" "$root/var/log" "$root/var/tmp" "$root/etc/docker" \
  "$root/usr/local/sbin"
chmod 1777 "$root/tmp" "$root/var/tmp" "$root/run/lock"
chmod 0700 "$root/root"
ln -s /run "$root/var/run"
ln -s /run/lock "$root/var/lock"
IFS='
'
for path in $visible; do
  mkdir -p "$root$path"
  mount --bind "$path" "$root$path"
  mount -o remount,bind,ro "$root$path"
done
unset IFS
mount --bind "$data_folder/docker" "$root/var/lib/docker"
mount --bind "$data_folder/etc-docker" "$root/etc/docker"
: >"$root/var/log/docker.log"
mount --bind "$data_folder/docker.log" "$root/var/log/docker.log"
mount --rbind /dev "$root/dev"
[ ! -d "$root/dev/shm" ] || mount -t tmpfs shm "$root/dev/shm"
[ ! -d "$root/dev/mqueue" ] || mount -t mqueue mqueue "$root/dev/mqueue"
mount -t proc proc "$root/proc"

# A sysfs of this network namespace: the one of the host would show its links. The cgroups are mounted in it again.
mount -t sysfs sysfs "$root/sys"
eval "$mount_cgroups"

echo "$name" >/proc/sys/kernel/hostname
rm -f "$root/etc/hostname" "$root/etc/hosts" "$root/etc/resolv.conf"
echo "$name" >"$root/etc/hostname"
printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s\n' "$name" >"$root/etc/hosts"
printf '%s' "$resolv" >"$root/etc/resolv.conf"
cp "$here/service.sh" "$root/usr/local/sbin/service"
cp "$here/service.sh" "$root/usr/local/sbin/systemctl"
cp "$here/sudo.sh" "$root/usr/local/sbin/sudo"
cp "$data_folder/engine.sh" "$root/run/engine.sh"
chmod 0755 "$root/usr/local/sbin/service" "$root/usr/local/sbin/systemctl" "$root/usr/local/sbin/sudo" "$root/run/engine.sh"

# The paths that docker-machine's tests, and scripts for its virtual machines, expect.
mkdir -p "$root/var/lib/boot2docker"
for file in ca.pem server.pem server-key.pem; do
  ln -s "/etc/docker/$file" "$root/var/lib/boot2docker/$file"
done
ln -s /var/log/docker.log "$root/var/lib/boot2docker/docker.log"
cp "$data_folder/profile" "$root/var/lib/boot2docker/profile"

cd "$root"
pivot_root . .host
umount -l /.host
cd /

engine=
start_engine() {
  # The process with this number, if any, is not an engine.
  rm -f /run/docker.pid
  /run/engine.sh </dev/null >>/var/log/docker.log 2>&1 &
  engine=$!
  # hasEngineEnded in boot.ts reads this file; the first line identifies the machine.
  printf '%s\n%s\n' "$data_folder" "$engine" >/run/engine.new
  mv /run/engine.new /run/engine
}
shut_down() {
  trap '' TERM
  if [ -n "$engine" ] && kill -TERM "$engine" 2>/dev/null; then
    while kill -0 "$engine" 2>/dev/null; do wait "$engine" || :; done
  fi
  exit 0
}
trap start_engine USR1
trap shut_down TERM
start_engine
while :; do
  sleep 1000000 &
  keeper=$!
  # A waiting shell reaps every child, adopted ones too. A signal ends the wait, not the sleep.
  while kill -0 "$keeper" 2>/dev/null; do wait "$keeper" || :; done
done
