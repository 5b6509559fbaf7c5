#!/bin/sh
# Runs a command inside of a machine with its own kernel: run-inside.sh FOLDER ID PID SCRIPT. Its input, output, errors and
# exit code are this script's. PID is a process that ends with the machine.
set -u
commands=$1/commands/$2 control=$1/control
umask 077
mkdir -p "$commands"
printf '%s\n' "$4" >"$commands/script"
cat >"$commands/input"
trap 'printf "kill %s\n" "$2" 1<>"$control"; rm -rf "$commands"; exit 143' TERM INT HUP
printf 'run %s\n' "$2" 1<>"$control"
until [ -f "$commands/code" ]; do
  if ! kill -0 "$3" 2>/dev/null; then
    echo "the machine has ended" >&2
    rm -rf "$commands"
    exit 255
  fi
  sleep 0.02
done
cat "$commands/output"
cat "$commands/errors" >&2
read -r code <"$commands/code"
rm -rf "$commands"
exit "$code"
