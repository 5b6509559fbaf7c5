import type { FaultMachine } from './fault.ts';
import { run, type Steps } from './packets.ts';

const PID_FILE = '/var/run/docker.pid';
/** The engine answers, and so it has restored its networks. */
const startEngine = 'service docker status >/dev/null 2>&1 || service docker start';

/** Shuts the engine down. */
export function stopEngine(id: string, machine: FaultMachine): Steps {
  return withContainers(id, machine, {
    inject: [run(machine, ['service docker stop'])],
    undo: [run(machine, [startEngine])],
  });
}

/** Kills the engine, which does not notice it. */
export function killEngine(id: string, machine: FaultMachine): Steps {
  return withContainers(id, machine, {
    inject: [run(machine, [`kill -KILL "$(cat ${PID_FILE})"`])],
    undo: [
      run(machine, [
        // A killed engine leaves its PID file, which the service takes for a running engine.
        `kill -0 "$(cat ${PID_FILE})" 2>/dev/null || rm -f ${PID_FILE}`,
        startEngine,
      ]),
    ],
  });
}

/** Stops the engine's process. */
export function pauseEngine(machine: FaultMachine): Steps {
  return {
    inject: [run(machine, [`kill -STOP "$(cat ${PID_FILE})"`])],
    undo: [run(machine, [`kill -CONT "$(cat ${PID_FILE})"`])],
  };
}

/** Restarts the engine once. Undoing it starts an engine that the restart left stopped. */
export function restartEngine(id: string, machine: FaultMachine): Steps {
  return withContainers(id, machine, {
    inject: [run(machine, ['service docker restart'])],
    undo: [run(machine, [startEngine])],
  });
}

/** Ends all processes of the machine. */
export function killMachine(id: string, machine: FaultMachine): Steps {
  return withContainers(id, machine, {
    inject: [{ do: 'kill', machine: machine.name }],
    undo: [{ do: 'start', machine: machine.name }],
  });
}

/** Reboots the machine once. */
export function rebootMachine(id: string, machine: FaultMachine): Steps {
  return withContainers(id, machine, {
    inject: [{ do: 'reboot', machine: machine.name }],
    undo: [{ do: 'start', machine: machine.name }],
  });
}

/**
 * Starts the containers again that ran before: an engine starts only those with a restart policy. Tasks of services are
 * left to the managers. The list is next to the engine's data, which is all that a restart of a machine keeps.
 */
function withContainers(id: string, machine: FaultMachine, { inject, undo }: Steps): Steps {
  const list = `/var/lib/docker/overlay-e2e-fault-${id}`;
  const format = '{{.ID}} {{.Label "com.docker.swarm.task.id"}}';
  return {
    inject: [
      run(machine, [
        `docker ps --no-trunc --format '${format}' | awk 'NF == 1 { print $1 }' >${list}`,
      ]),
      ...inject,
    ],
    undo: [...undo, { do: 'start-containers', machine: machine.name, list }],
  };
}

/** Stops or pauses the container that publishes the store's port. */
export function disableStore(
  id: string,
  { machine, port }: { readonly machine: string; readonly port: number },
  way: 'stop' | 'pause',
): Steps {
  const record = `/run/overlay-e2e-fault-${id}`;
  return {
    inject: [
      run({ name: machine }, [
        `docker ps --quiet --no-trunc --filter publish=${port} >${record}`,
        `[ -s ${record} ]`,
        `docker ${way} $(cat ${record})`,
      ]),
    ],
    undo: [
      run({ name: machine }, [
        ...(way === 'stop'
          ? [`if [ -s ${record} ]; then docker start $(cat ${record}); fi`]
          : [
              // A pause that failed, "unable to freeze", leaves a running container, which cannot be unpaused.
              'paused=$(docker ps --quiet --no-trunc --filter status=paused)',
              `for id in $paused; do if grep -qxs "$id" ${record}; then docker unpause "$id"; fi; done`,
            ]),
        `rm -f ${record}`,
      ]),
    ],
  };
}

/** Sets the clock forward or back. The clock continues from there; undoing sets it by the same amount. */
export function changeClock(id: string, machine: FaultMachine, seconds: number): Steps {
  const record = `/run/overlay-e2e-fault-${id}`;
  return {
    inject: [run(machine, [`: >${record}`, moveClock(seconds)])],
    undo: [run(machine, [`if [ -e ${record} ]; then rm ${record}; ${moveClock(-seconds)}; fi`])],
  };
}

/** Returns a command that moves the clock of a machine forward, or back. */
export function moveClock(seconds: number): string {
  return `date -s "@$(($(date +%s) + ${seconds}))" >/dev/null`;
}

/** Fills the disk of the engine's data with one file. */
export function fillDisk(id: string, machine: FaultMachine): Steps {
  const file = `/var/lib/docker/overlay-e2e-fault-${id}`;
  return {
    // It ends with "No space left on device", which is the purpose.
    inject: [
      run(machine, [
        `cat /dev/zero >${file} 2>/dev/null || :`,
        '[ "$(df --output=avail /var/lib/docker | tail -n 1)" -lt 64 ]',
      ]),
    ],
    undo: [run(machine, [`rm -f ${file}`])],
  };
}
