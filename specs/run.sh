#!/bin/sh
# Runs the specs, then builds the report, also when specs failed, and prints the numbers of passed and failed tests last.
# Arguments go to vitest, or after "matrix" to specs/matrix/run-matrix.ts: sh specs/run.sh --project seed, sh specs/run.sh specs/seed/keystore.spec.ts
cd "$(dirname "$0")/.." || exit 1
if [ ! -x node_modules/.bin/vitest ]; then
  echo 'specs/run.sh: node_modules/ is not there; run npm ci first' >&2
  exit 1
fi
PATH="$PWD/node_modules/.bin:$PATH"
export PATH
# Some services run without HOME, and not every tool has a default.
HOME="${HOME:-$(node -p 'os.homedir()')}"
export HOME
# Vitest and the report start half a second faster with it.
[ -n "${NODE_COMPILE_CACHE:-}" ] || . helpers/cli/start/compile-cache.sh

# Two parallel runs in one folder must not write into each other's report: the second one gets a separate folder.
if [ -z "${OVERLAY_E2E_REPORTS:-}" ] && command -v flock >/dev/null; then
  if [ ! -w reports ] || { [ -e reports/.lock ] && [ ! -w reports/.lock ]; }; then
    echo "specs/run.sh: $(id -un) cannot write to $PWD/reports. Set OVERLAY_E2E_REPORTS to a directory of your own, or run this as the owner of the clone." >&2
    exit 1
  fi
  exec 9>reports/.lock
  if ! flock -n 9; then
    OVERLAY_E2E_REPORTS="$PWD/reports/run-$$"
    mkdir "$OVERLAY_E2E_REPORTS"
    echo "another run writes to reports/ already; this one writes to reports/run-$$/"
  fi
fi
export OVERLAY_E2E_REPORTS="${OVERLAY_E2E_REPORTS:-$PWD/reports}"
rm -f "$OVERLAY_E2E_REPORTS/counts.json"
# A killed Vitest does not remove its temporary folder: the next run removes it here.
vitest_tmp="$OVERLAY_E2E_REPORTS/.vitest"
rm -rf "$vitest_tmp"
mkdir -p "$vitest_tmp"
# The guards of state directories hold this lock, and write the directories into it that they removed.
guards="$OVERLAY_E2E_REPORTS/.guards"
: >"$guards"

run='vitest run --configLoader native'
typed="${1:-}"
if [ "$typed" = matrix ]; then
  shift
  run='node specs/matrix/run-matrix.ts'
fi

# For a user without root, machines run where that user is root: in namespaces or in a virtual computer. Root of a
# container may lack CAP_SYS_ADMIN, the 21st capability.
may=$(sed -n 's/^CapEff:[[:space:]]*/0x/p' /proc/self/status 2>/dev/null || :)
case " $* " in
*" --project unit "* | *" --project machines "*) ;;
*" --project "* | " matrix "*)
  if { [ "$(id -u)" != 0 ] || [ $((${may:-0x200000} >> 21 & 1)) = 0 ]; } && node helpers/cli/rootless.ts --is-needed; then
    run="node helpers/cli/rootless.ts $run"
  fi
  ;;
esac

# In the background, because a waiting shell handles signals immediately. Processes that outlive the run must not hold the lock.
OVERLAY_E2E_TMPDIR="${TMPDIR:-}" TMPDIR="$vitest_tmp" $run "$@" 9>&- &
vitest=$!
trap 'kill -TERM "$vitest"' TERM
trap 'kill -HUP "$vitest"' HUP
# A terminal has sent Ctrl-C to vitest already; a second one would mean "immediately".
trap '[ -t 0 ] || kill -INT "$vitest"' INT
code=0
while kill -0 "$vitest" 2>/dev/null; do
  wait "$vitest"
  code=$?
done
trap '' TERM HUP INT
rm -rf "$vitest_tmp"
# Specs that were killed have not removed their machines: their guards do so now.
! command -v flock >/dev/null || flock "$guards" true
if [ -s "$guards" ]; then
  echo 'specs/run.sh: specs ended without removing their state directories:' >&2
  cat "$guards" >&2
  [ "$code" != 0 ] || code=1
fi
rm -f "$guards"
[ "$typed" != matrix ] || set -- matrix "$@"
node helpers/report/run/finish-run.ts "$code" "$@"
