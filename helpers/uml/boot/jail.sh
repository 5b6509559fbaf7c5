#!/bin/sh
# The first process of a machine's PID namespace: jail.sh BOOT_ENV. Builds the only files of the host that the machine's
# kernel can open, and changes its root to them.
set -eu
. "$1"

mount -t tmpfs -o mode=0755 machine "$root"
cd "$root"
mkdir -p usr etc proc sys dev run tmp root home mnt media srv opt var machine
for link in bin sbin lib lib64; do ln -s "usr/$link" "$link"; done
readonly_bind() {
  mount --bind "$1" "$2"
  mount -o remount,bind,ro "$2"
}
for folder in usr etc; do readonly_bind "$guest_root/$folder" "$folder"; done
IFS='
'
for path in $visible; do
  mkdir -p "$root$path"
  readonly_bind "$path" "$root$path"
done
unset IFS
# The machine's root must not lead the host's root to other files by links: of its folder it writes these only.
rm -rf "$data_folder/uml" "$data_folder/control" "$data_folder/replies"
mkdir -p "$data_folder/uml" "$data_folder/replies"
mkfifo -m 0600 "$data_folder/control"
readonly_bind "$data_folder" machine
for entry in uml replies disk.ext4; do mount --bind "$data_folder/$entry" "machine/$entry"; done
mount -t proc proc proc
# The kernel keeps the machine's memory in a file there. It is unlinked, and its size is the kernel's mem=.
mkdir dev/shm
mount -t tmpfs -o mode=1777,size=100% shm dev/shm
for device in null zero full random urandom; do
  : >"dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
exec chroot . /bin/sh /machine/supervise.sh
