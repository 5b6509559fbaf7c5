#!/bin/sh
# A fake docker-machine for failures that need VirtualBox: its `create` always fails, with the output of docker-machine
# 0.16.2 and VirtualBox 6.1.28 (https://github.com/kubernetes/minikube/issues/12748). It logs its calls in order to
# $FAKE_FOLDER/log. With FAKE_MEET=2, a creation ends only after two have begun.
set -eu
say() { echo "$*" >>"$FAKE_FOLDER/log"; }
case $1 in
  create)
    for name; do :; done
    say "begin $name ${MACHINE_DRIVER:-} ${VIRTUALBOX_MEMORY_SIZE:-}"
    echo 'Running pre-create checks...'
    echo $$ >"$FAKE_FOLDER/begun-$name"
    # Long enough for another creation to begin, if nothing prevents it.
    sleep 0.5
    while [ "$(ls "$FAKE_FOLDER" | grep -c ^begun-)" -lt "${FAKE_MEET:-1}" ]; do sleep 0.05; done
    say "end $name"
    cat >&2 <<'SAID'
Error creating machine: Error in driver during machine creation: Error setting up host only network on machine start: /usr/bin/VBoxManage hostonlyif ipconfig vboxnet0 --ip 192.168.99.1 --netmask 255.255.255.0 failed:
VBoxManage: error: Code E_ACCESSDENIED (0x80070005) - Access denied (extended info not available)
VBoxManage: error: Context: "EnableStaticIPConfig(Bstr(pszIp).raw(), Bstr(pszNetmask).raw())" at line 242 of file VBoxManageHostonly.cpp
SAID
    exit 1
    ;;
  ls) ;;
  rm) say "rm $3" ;;
  *) exit 1 ;;
esac
