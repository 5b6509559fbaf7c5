#!/bin/sh
# Powers off and deletes the virtual machines whose files are in this run's state directory (MACHINE_STORAGE_PATH), which
# also contains the state directories of specs (TMPDIR), and no others.
# docker-machine forgets a machine that it failed to create or remove; VirtualBox does not.
set -eu
store=$(readlink -f "${MACHINE_STORAGE_PATH:?name the store}")
VBoxManage list vms | sed -n 's/.*{\(.*\)}$/\1/p' | while read -r id; do
  # VirtualBox reports a machine whose files are gone as <inaccessible>, without a path to compare.
  settings=$(VBoxManage showvminfo "$id" --machinereadable 2>/dev/null | sed -n 's/^CfgFile="\(.*\)"$/\1/p')
  case $settings in
    "$store"/*)
      echo "left by an earlier run: $settings"
      VBoxManage controlvm "$id" poweroff >/dev/null 2>&1 || true
      # Its session may take a moment to close after the power is off.
      tries=0
      until VBoxManage unregistervm "$id" --delete >/dev/null 2>&1; do
        tries=$((tries + 1))
        if [ "$tries" -ge 30 ]; then
          echo "sweep-virtualbox: $settings cannot be deleted: VBoxManage unregistervm $id --delete" >&2
          exit 1
        fi
        sleep 1
      done
      ;;
  esac
done
rm -rf "$store/machines" "$store/tmp"
