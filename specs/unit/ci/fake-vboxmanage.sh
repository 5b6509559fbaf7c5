#!/bin/sh
# A FAKE VBoxManage: a virtual machine is a file in $FAKE_VMS, named by its id, with the path of its settings in it; an
# empty file means that its settings are gone. A running machine (ID.running) cannot be deleted, a stuck machine (ID.stuck)
# never.
set -eu
echo "$*" >>"$FAKE_VMS/../calls"
file=$FAKE_VMS/${2:-}
case "$1 ${2:-}" in
  'list vms')
    for file in "$FAKE_VMS"/*[!dgk]; do
      [ ! -f "$file" ] || echo "\"a name with {braces} and \"quotes\"\" {$(basename "$file")}"
    done
    ;;
  'list --long') echo 'IPAddress:       192.168.99.1' ;;
  --version*) echo 6.1.50r161033 ;;
  showvminfo*)
    [ -s "$file" ] || { echo 'VBoxManage: error: Failed to open machine' >&2; exit 1; }
    printf 'name="m"\nCfgFile="%s"\nhardwareuuid="%s"\n' "$(cat "$file")" "$2"
    ;;
  controlvm*)
    [ -e "$file.running" ] || { echo 'VBoxManage: error: is not currently running' >&2; exit 1; }
    mv "$file.running" "$file.closing"
    ;;
  unregistervm*)
    # The session of a machine that was switched off closes a moment later.
    if [ -e "$file.closing" ]; then rm "$file.closing"; exit 1; fi
    [ ! -e "$file.running" ] && [ ! -e "$file.stuck" ] || { echo 'VBoxManage: error: locked' >&2; exit 1; }
    rm "$file"
    ;;
  *) exit 2 ;;
esac
