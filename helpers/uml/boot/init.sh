#!/bin/sh
# PID 1 of a machine with its own kernel. The first call, on the host's files, builds the machine's root; the second one
# starts the engine, takes commands from the serial line, and reaps orphaned processes. INT shuts the machine down in
# order, USR1 starts the engine.
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin HOME=/root
. /machine/boot.env

if [ "${1:-}" != machine ]; then
  bb=/usr/bin/busybox
  $bb mount -t proc proc /proc
  # The kernel has mounted /dev.
  $bb grep -q overlay /proc/filesystems || $bb insmod "/usr/lib/modules/$($bb uname -r)/kernel/fs/overlayfs/overlay.ko"
  # A disk that lost its power is repaired from its journal.
  # It is removed with the machine: zeros in its free inode tables would only cost time and space.
  $bb mount -t ext4 -o noatime,noinit_itable /dev/ubda /mnt
  new=/mnt/mnt
  $bb mount -t overlay -o lowerdir=/,upperdir=/mnt/root/upper,workdir=/mnt/root/work machine $new
  $bb mkdir -p $new/var/lib/docker
  $bb mount --bind /mnt/docker $new/var/lib/docker
  # Read-only on the host, except for its replies.
  $bb mount -t hostfs -o /machine host $new/machine
  IFS='
'
  # Not through the machine's root: an engine stacks the layers of its images once more.
  for path in $visible; do $bb mount --bind "$path" "$new$path"; done
  unset IFS
  $bb mount --move /dev $new/dev
  cd $new
  $bb pivot_root . media
  exec /bin/sh /machine/init.sh machine </dev/console >/dev/console 2>&1
fi

mount -t proc proc /proc
umount -l /media
mount -t sysfs sysfs /sys
mkdir -p /dev/pts /dev/shm /dev/mqueue
mount -t devpts -o ptmxmode=0666 devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t mqueue mqueue /dev/mqueue
[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs -o mode=0755 run /run
mkdir -p /run/lock /run/commands /var/log /var/tmp /var/lib/boot2docker /etc/docker /usr/local/sbin
chmod 1777 /tmp /var/tmp /run/lock
chmod 0700 /root
ln -sfn /run /var/run
ln -sfn /run/lock /var/lock

# Ctrl-Alt-Del, which the host sends, is INT here.
echo 0 >/proc/sys/kernel/ctrl-alt-del
# A machine whose power goes shall lose little.
echo 100 >/proc/sys/vm/dirty_expire_centisecs
echo 50 >/proc/sys/vm/dirty_writeback_centisecs
# At times, this kernel misses that its disk has answered. With the next answer, it takes all: one comes every other second.
# Writes never take all places in the queue.
echo 64 >/sys/block/ubda/queue/nr_requests
busybox sh -c 'while sleep 2; do dd if=/dev/ubda of=/dev/null bs=4096 count=1 iflag=direct; done' >/dev/null 2>&1 &
echo "$name" >/proc/sys/kernel/hostname
echo "$name" >/etc/hostname
printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s\n' "$name" >/etc/hosts
: >/etc/resolv.conf
[ -z "$name_server" ] || echo "nameserver $name_server" >/etc/resolv.conf
cp /machine/etc-docker/* /etc/docker/
for file in service systemctl; do cp /machine/service.sh "/usr/local/sbin/$file"; done
cp /machine/sudo.sh /usr/local/sbin/sudo
cp /machine/engine.sh /run/engine.sh
chmod 0755 /usr/local/sbin/* /run/engine.sh
: >>/var/log/docker.log

ip link set lo up
ip link set vec0 name eth1
ip address add "$address" brd + dev eth1
ip link set eth1 up
[ -z "$gateway" ] || ip route add default via "$gateway"

engine=
start_engine() {
  rm -f /run/docker.pid /machine/replies/engine-ended
  (
    code=0
    /run/engine.sh </dev/null >>/var/log/docker.log 2>&1 || code=$?
    # The host reads this while it waits for the engine.
    tail -n 30 /var/log/docker.log >/machine/replies/docker.log || :
    echo "$code" >/machine/replies/engine-ended
  ) &
  engine=$!
}
shut_down() {
  trap '' INT
  if kill -TERM "$(cat /run/docker.pid 2>/dev/null)" 2>/dev/null; then
    while kill -0 "$engine" 2>/dev/null; do wait "$engine" || :; done
  fi
  sync
  mount -o remount,ro /var/lib/docker 2>/dev/null || :
  busybox poweroff -f
}
trap start_engine USR1
trap shut_down INT TERM
sh /machine/commands.sh </dev/ttyS0 &
[ "$start" != engine ] || start_engine
while :; do
  sleep 1000000 &
  keeper=$!
  # A shell that waits reaps every child, adopted ones too. A signal ends the wait, not the keeper.
  while kill -0 "$keeper" 2>/dev/null; do wait "$keeper" || :; done
done
