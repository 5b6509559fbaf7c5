#!/bin/sh
# The command `sudo` of a machine: runs the command directly if the user is root. It precedes the sudo of the host on
# the PATH, whose secure_path lacks the programs of the engine. For other users, it runs the sudo of the host.
[ "$(id -u)" = 0 ] || exec /usr/bin/sudo "$@"

user=root
shell=
while [ $# -gt 0 ]; do
  case $1 in
    --) shift && break ;;
    -u | --user) user=${2:?sudo: -u needs a user} && shift 2 ;;
    --user=*) user=${1#*=} && shift ;;
    -u?*) user=${1#-u} && shift ;;
    # Options with a value that root does not need.
    -C | -g | -p | -r | -t | -T | --close-from | --group | --prompt | --role | --type | --command-timeout) shift 2 ;;
    -i | --login | -s | --shell) shell=yes && shift ;;
    -l | --list | -v | --validate | -K | -k | --remove-timestamp | --reset-timestamp)
      [ $# -gt 1 ] || exit 0
      shift
      ;;
    -V | --version) echo 'sudo of a netns machine: runs commands as root directly' && exit 0 ;;
    # Flags such as -E, -n, -H and -S, single or combined.
    --*=* | --*) shift ;;
    -*i* | -*s*) shell=yes && shift ;;
    -*) shift ;;
    *) break ;;
  esac
done
while case ${1:-} in [A-Za-z_]*=*) true ;; *) false ;; esac do
  export "$1"
  shift
done
if [ -n "$shell" ]; then
  if [ $# -gt 0 ]; then set -- sh -c "$*"; else set -- "${SHELL:-sh}"; fi
fi
[ $# -gt 0 ] || { echo 'usage: sudo [-E] [-n] [-u USER] [VAR=VALUE] COMMAND [ARGUMENT...]' >&2 && exit 1; }
case $user in
  root | '#0') exec "$@" ;;
  *) exec runuser -u "$user" -- "$@" ;;
esac
