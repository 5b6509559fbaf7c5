import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { type Fault, inMachine } from './fault.ts';

/** Stops the engine and its containers. Its entry in a key-value store stays until it expires. */
export function stoppedEngine(provider: MachineProvider, machine: string): Fault {
  return inMachine(provider, machine, {
    name: `the engine of ${machine} is stopped`,
    inject: 'service docker stop',
    undo: 'service docker start',
  });
}

/**
 * Freezes the engine. Clients can connect but get no response. Its containers continue to run. The gossip of the other
 * engines marks it as failed after a few seconds.
 */
export function frozenEngine(provider: MachineProvider, machine: string): Fault {
  return inMachine(provider, machine, {
    name: `the engine of ${machine} is frozen`,
    inject: 'kill -STOP $(cat /var/run/docker.pid)',
    undo: 'kill -CONT $(cat /var/run/docker.pid)',
  });
}

/**
 * Restarts the engine with other options: removes all options that begin with `without` and adds those of `instead`.
 * The change applies to the running process only, not to the configuration of the machine.
 */
export function otherEngineOptions(
  provider: MachineProvider,
  machine: string,
  { without, instead }: { readonly without: string; readonly instead: readonly string[] },
): Fault {
  const become = instead.length === 0 ? 'no replacement' : instead.join(' ');
  return inMachine(provider, machine, {
    name: `the engine of ${machine} runs without ${without}…, with ${become}`,
    // The engine's command line contains no spaces within arguments.
    inject: `set -- $(tr '\\0' ' ' </proc/$(cat /var/run/docker.pid)/cmdline)
      words=
      for word; do case $word in ${without}*) ;; *) words="$words $word" ;; esac; done
      service docker stop
      setsid $words ${instead.join(' ')} </dev/null >>/var/log/docker.log 2>&1 &
      tries=0
      until docker version >/dev/null 2>&1; do
        tries=$((tries + 1)); [ $tries -lt 600 ] || { tail -5 /var/log/docker.log >&2; exit 1; }
        sleep 0.1
      done`,
    undo: 'service docker restart',
  });
}

/** The files in which an engine keeps its ID. Current releases use the second. */
const ID_FILES = ['/etc/docker/key.json', '/var/lib/docker/engine-id'];

/** A machine that was cloned from another: its engine has the ID of the other engine. */
export function clonedEngineId(
  provider: MachineProvider,
  machine: string,
  original: string,
): Fault {
  return {
    name: `the engine of ${machine} has the ID of the engine of ${original}`,
    inject: async () => {
      const find = `for file in ${ID_FILES.join(' ')}; do [ -e $file ] && echo $file; done; true`;
      const { stdout } = await provider.run(original, ['sh', '-ec', find]);
      const files = stdout.trim().split('\n');
      for (const file of files) {
        const { stdout: input } = await provider.run(original, ['cat', file]);
        const keep = `cp -p ${file} ${file}.own; cat >${file}`;
        await provider.run(machine, ['sh', '-ec', keep], { input });
      }
      await provider.run(machine, ['service', 'docker', 'restart']);
      return async () => {
        const back = files.map((file) => `mv ${file}.own ${file}`).join('; ');
        await provider.run(machine, ['sh', '-ec', `${back}; service docker restart`]);
      };
    },
  };
}
