#!/bin/sh
# The commands `service NAME ACTION` and `systemctl ACTION NAME` of a machine. Its only service is the engine, `docker`.
# PID 1 starts the engine, so that its cgroup and environment are always the same.
case ${0##*/} in
  systemctl)
    while case ${1:-} in -*) true ;; *) false ;; esac do shift; done
    action=${1:-} service=${2:-}
    case $action in daemon-reload | daemon-reexec | enable | disable | unmask) exit 0 ;; esac
    ;;
  *) service=${1:-} action=${2:-} ;;
esac
case ${service%.service} in
  docker) ;;
  *)
    echo "${0##*/}: $service: unknown service; the only service of this machine is docker" >&2
    exit 4
    ;;
esac

pid() { cat /run/docker.pid 2>/dev/null; }
is_running() {
  p=$(pid) && [ -n "$p" ] && [ "$(cat "/proc/$p/comm" 2>/dev/null)" = dockerd ]
}
# Polls a command for at most $1 seconds.
wait_until() {
  left=$(($1 * 20))
  shift
  until "$@"; do
    left=$((left - 1))
    [ $left -gt 0 ] || return 1
    sleep 0.05
  done
}
is_stopped() { ! is_running; }
answers() { docker -H unix:///var/run/docker.sock version >/dev/null 2>&1; }

start() {
  is_running && return 0
  rm -f /run/docker.pid
  kill -USR1 1
  wait_until 60 answers && return 0
  echo "docker: no answer 60 s after the start; see /var/log/docker.log" >&2
  return 1
}
stop() {
  is_running || return 0
  kill -TERM "$(pid)"
  wait_until 60 is_stopped && return 0
  echo "docker: still running 60 s after SIGTERM" >&2
  return 1
}
case $action in
  start) start ;;
  stop) stop ;;
  restart | force-reload) stop && start ;;
  kill) ! is_running || { kill -KILL "$(pid)" && wait_until 10 is_stopped; } ;;
  status)
    if is_running; then echo "docker is running, process $(pid)"; else echo 'docker is not running' && exit 3; fi
    ;;
  is-active)
    if is_running; then echo active; else echo inactive && exit 3; fi
    ;;
  *)
    echo "usage: service docker start|stop|restart|kill|status" >&2
    exit 2
    ;;
esac
