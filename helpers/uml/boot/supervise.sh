#!/bin/sh
# Runs the machine's kernel, inside of the machine's files on the host. TERM shuts the machine down in order: the kernel
# gets Ctrl-Alt-Del, which its first process handles.
set -eu
export PATH=/usr/sbin:/usr/bin HOME=/root
. /machine/boot.env

# The console has no input. Descriptor 4 is the serial line that takes commands.
linux.uml noreboot umid=guest uml_dir=/machine/uml "mem=${memory}M" \
  root=/dev/root rootfstype=hostfs rootflags=/ ro init=/machine/init.sh \
  con=null con0=null,fd:1 ssl=null ssl0=fd:4,fd:3 ubda=/machine/disk.ext4 \
  "vec0:transport=raw,ifname=eth1,depth=128,gro=1,mac=$mac" \
  </dev/null 3>/dev/null 4<>/machine/control &
kernel=$!
# The client waits for an answer that a kernel which ends may not give.
trap 'uml_mconsole /machine/uml/guest/mconsole cad >/dev/null 2>&1 </dev/null &' TERM
while kill -0 "$kernel" 2>/dev/null; do wait "$kernel" || :; done
