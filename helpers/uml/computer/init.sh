#!/bin/sh
# PID 1 of the virtual computer of a user without root, on the files of the host: init.sh, with the variable "computer"
# for the computer's folder. Mounts the computer's own file systems, then runs the host's commands as root: each line of
# the serial line names one, "run ID", "signal ID NAME", "used ID" or "off". INT shuts the computer down in order.
set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
. "$computer/boot.env"
bb=$guest_root/usr/bin/busybox

$bb mount -t proc proc /proc
$bb mount -t sysfs sysfs /sys
$bb mount -t tmpfs -o mode=0755 run /run
$bb mkdir -p /run/lock /run/netns /dev/pts /dev/shm /dev/mqueue /run/overlay-e2e-computer
$bb mount -t devpts -o ptmxmode=0666 devpts /dev/pts
$bb mount -t tmpfs shm /dev/shm
$bb mount -t mqueue mqueue /dev/mqueue
[ -e /dev/fd ] || $bb ln -s /proc/self/fd /dev/fd
$bb mount -t cgroup2 cgroup2 /sys/fs/cgroup
$bb chmod 1777 /run/lock

# The mapping of the kernel's rings is broken in this kernel.
echo 2 >/proc/sys/kernel/io_uring_disabled
echo 0 >/proc/sys/kernel/ctrl-alt-del
echo 100 >/proc/sys/vm/dirty_expire_centisecs
echo 50 >/proc/sys/vm/dirty_writeback_centisecs
echo "$hostname" >/proc/sys/kernel/hostname
ulimit -n 1048576

# Commands are read, and replies written, without a cache on either side.
own=/run/overlay-e2e-computer
$bb mkdir "$own/host" "$own/disk" "$own/guest"
$bb mount -t hostfs -o "sync,$computer" host "$own/host"
$bb mount -t ext4 -o noatime,noinit_itable /dev/ubda "$own/disk"
$bb rm -rf "$own/disk/tmp"
for folder in usr/upper usr/work tmp cache stores; do $bb mkdir -p "$own/disk/$folder"; done
$bb chmod 0700 "$own/disk/cache" "$own/disk/stores"
$bb chmod 1777 "$own/disk/tmp"
# The cache of the host, which this one hides, has the programs below.
$bb mount -t hostfs -o "$guest_root" guest "$own/guest"
guest_root=$own/guest
bb=$guest_root/usr/bin/busybox
$bb mkdir -p "$cache"
$bb mount --bind "$own/disk/cache" "$cache"

# At times, this kernel misses that its disk has answered. With the next answer, it takes all: one comes every other second.
# Writes never take all places in the queue.
echo 64 >/sys/block/ubda/queue/nr_requests
$bb sh -c 'while sleep 2; do dd if=/dev/ubda of=/dev/null bs=4096 count=1 iflag=direct; done' >/dev/null 2>&1 &

# The kernel's modules and firewall programs: those of the host are for another kernel, which may know nf_tables.
$bb insmod "$guest_root/usr/lib/uml/modules/$($bb uname -r)/kernel/fs/overlayfs/overlay.ko"
usr=$own/disk/usr/upper
if [ ! -e "$usr/lib/overlay-e2e/whole" ]; then
  $bb rm -rf "$usr"
  $bb mkdir -p "$usr/lib/overlay-e2e" "$usr/sbin"
  libraries=$guest_root/usr/lib/x86_64-linux-gnu
  for file in "$libraries"/lib*.so.* "$libraries/ld-linux-x86-64.so.2" "$guest_root/usr/sbin/xtables-legacy-multi" \
    "$guest_root/usr/bin/kmod"; do
    case ${file##*/} in
      ld-linux* | xtables* | kmod | libc.so* | libxtables* | libip4tc* | libip6tc* | libcrypto* | liblzma* | libzstd* | libz.so*)
        $bb cp -L "$file" "$usr/lib/overlay-e2e/"
        ;;
    esac
  done
  $bb cp -r "$libraries/xtables" "$usr/lib/overlay-e2e/"
  for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
    $bb cat >"$usr/sbin/$name" <<END
#!/bin/sh
lib=/usr/lib/overlay-e2e
XTABLES_LIBDIR=\$lib/xtables exec \$lib/ld-linux-x86-64.so.2 --library-path \$lib \$lib/xtables-legacy-multi $name "\$@"
END
    $bb chmod 0755 "$usr/sbin/$name"
  done
  : >"$usr/lib/overlay-e2e/whole"
fi
$bb mount -t overlay -o "lowerdir=/usr,upperdir=$usr,workdir=$own/disk/usr/work" computer /usr
cat >"$own/modprobe" <<END
#!/bin/sh
lib=/usr/lib/overlay-e2e
exec \$lib/ld-linux-x86-64.so.2 --library-path \$lib --argv0 modprobe \$lib/kmod -d $guest_root "\$@"
END
chmod 0755 "$own/modprobe"
echo "$own/modprobe" >/proc/sys/kernel/modprobe
# The modules that Docker and its firewall programs would load: a machine has no modules.
"$own/modprobe" -a bridge br_netfilter veth vxlan ip_tables iptable_filter iptable_nat iptable_mangle iptable_raw \
  ip6_tables ip6table_filter ip6table_nat ip6table_mangle ip_vs xfrm_user || :

printf 'nameserver 10.0.2.3\n' >"$own/resolv.conf"
if [ -L /etc/resolv.conf ]; then
  target=$(readlink -m /etc/resolv.conf)
  case $target in /run/*) mkdir -p "${target%/*}" && : >"$target" ;; esac
fi
mount --bind "$own/resolv.conf" /etc/resolv.conf || :
$bb ip link set lo up
$bb ip address add 10.0.2.15/24 dev vec0
$bb ip link set vec0 up
$bb ip route add default via 10.0.2.2

shut_down() {
  trap '' INT
  cd /
  sync
  $bb mount -o remount,ro "$own/disk" 2>/dev/null || :
  $bb poweroff -f
}
run() {
  folder=$own/host/commands/$1 reply=$own/host/replies/$1
  setsid sh "$folder/script" </dev/null >"$reply.output" 2>"$reply.errors" &
  echo $! >"$own/$1"
  code=0
  wait $! || code=$?
  rm -f "$own/$1"
  echo "$code" >"$reply.new"
  mv "$reply.new" "$reply.code"
}
serve() {
  stty raw -echo
  : >"$own/host/replies/ready"
  while read -r verb id name; do
    case $verb in
      run) run "$id" </dev/null & ;;
      signal) kill -"$name" "$(cat "$own/$id")" 2>/dev/null ;;
      used) ls /run/netns >"$own/host/replies/$id.new"; mv "$own/host/replies/$id.new" "$own/host/replies/$id.used" ;;
      off) kill -INT 1 ;;
    esac
  done
}
trap shut_down INT TERM
serve </dev/ttyS0 &
while :; do
  sleep 1000000 &
  keeper=$!
  # A shell that waits reaps every child, adopted ones too. A signal ends the wait, not the keeper.
  while kill -0 "$keeper" 2>/dev/null; do wait "$keeper" || :; done
done
