#!/bin/sh
# Turns a machine of the built-in provider into a host for docker-machine's driver `generic`: a Debian host with sshd, an
# ordinary user with sudo rights without a password, and an engine under `systemctl`.
# become-host.sh UNPACKED USER: UNPACKED contains the packages that the host lacks, or is empty. Prints USER's key.
set -eu
unpacked=$1 user=$2
# Existing files of the host are kept.
[ -z "$unpacked" ] || tar -C "$unpacked" -c . |
  tar -C / -xp --skip-old-files --keep-directory-symlink

# The steps of the packages' own scripts.
mkdir -p /run/sshd /etc/sudoers.d
id sshd >/dev/null 2>&1 || echo 'sshd:x:110:65534::/run/sshd:/usr/sbin/nologin' >>/etc/passwd
id "$user" >/dev/null 2>&1 || {
  echo "$user:x:2001:2001::/home/$user:/bin/sh" >>/etc/passwd
  echo "$user:x:2001:" >>/etc/group
  echo "$user:*:20000:0:99999:7:::" >>/etc/shadow
}
echo "$user ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/docker-machine
chmod 0440 /etc/sudoers.d/docker-machine

home=/home/$user
mkdir -p "$home/.ssh"
ssh-keygen -q -t ed25519 -N '' -C '' -f "$home/.ssh/key"
mv "$home/.ssh/key.pub" "$home/.ssh/authorized_keys"
cat "$home/.ssh/key"
rm "$home/.ssh/key"
chown -R 2001:2001 "$home"
chmod 0700 "$home" "$home/.ssh"

# docker-machine runs these programs by name. Their bundle is not on the PATH of sshd or sudo, and only root can enter it.
for program in dockerd docker ss ip iptables; do
  [ ! -x "/usr/bin/$program" ] && [ ! -x "/usr/sbin/$program" ] && [ ! -x "/sbin/$program" ] || continue
  real=$(command -v "$program")
  cat >"/usr/bin/$program" <<WRAPPER
#!/bin/sh
[ "\$(id -u)" = 0 ] || exec sudo -n "\$0" "\$@"
export PATH='$PATH' LD_LIBRARY_PATH='${LD_LIBRARY_PATH:-}'
exec '$real' "\$@"
WRAPPER
  chmod 0755 "/usr/bin/$program"
done

# Everything is installed, and the machine has no egress to an archive.
cat >/usr/local/sbin/apt-get <<'STAND_IN'
#!/bin/sh
exit 0
STAND_IN

# systemd would read docker-machine's drop-in on daemon-reload. Here, it becomes the script with which PID 1 starts the
# engine.
sed -n 's/^\(exec env .*\) dockerd --host=unix.*/\1/p' /run/engine.sh >/run/engine-prefix
cat >/usr/local/sbin/systemctl <<'STAND_IN'
#!/bin/sh
set -eu
while case ${1:-} in -*) true ;; *) false ;; esac do shift; done
drop_in=/etc/systemd/system/docker.service.d/10-machine.conf
case $1 in
  daemon-reload)
    [ -f "$drop_in" ] || exit 0
    words=$(sed -n 's|^ExecStart=/usr/bin/dockerd ||p' "$drop_in")
    variables=$(sed -n 's|^Environment=||p' "$drop_in")
    printf '#!/bin/sh\n%s %s dockerd %s\n' "$(cat /run/engine-prefix)" "$variables" "$words" >/run/engine.sh
    ;;
  enable | disable) ;;
  *) exec service "$2" "$1" ;;
esac
STAND_IN
chmod 0755 /usr/local/sbin/apt-get /usr/local/sbin/systemctl

ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/host_key
cat >/etc/ssh/generic_host_config <<CONFIG
HostKey /etc/ssh/host_key
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PidFile /run/sshd.pid
MaxStartups 100:30:200
CONFIG
/usr/sbin/sshd -f /etc/ssh/generic_host_config -E /var/log/sshd.log
# sshd moves to the background before it listens, and writes this file afterwards.
until [ -s /run/sshd.pid ]; do sleep 0.05; done
