import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { type Fault, inMachine } from './fault.ts';

/** The engine is stopped, and its containers with it. Its entry in a store stays until it is too old. */
export function stoppedEngine(provider: MachineProvider, machine: string): Fault {
  return inMachine(provider, machine, {
    name: `the engine of ${machine} is stopped`,
    inject: 'service docker stop',
    undo: 'service docker start',
  });
}

/**
 * The engine is there and does nothing: who connects is let in and hears nothing. Its containers run on. The others' gossip
 * gives it up after some seconds.
 */
export function frozenEngine(provider: MachineProvider, machine: string): Fault {
  return inMachine(provider, machine, {
    name: `the engine of ${machine} is frozen`,
    inject: 'kill -STOP $(cat /var/run/docker.pid)',
    undo: 'kill -CONT $(cat /var/run/docker.pid)',
  });
}

/**
 * The engine runs with other options than it was made with: those that begin so are taken away, and these are given
 * instead. Whoever administers it did so in a file that belongs to the machine's make; this asks the engine that runs.
 */
export function otherEngineOptions(
  provider: MachineProvider,
  machine: string,
  { without, instead }: { readonly without: string; readonly instead: readonly string[] },
): Fault {
  const become = instead.length === 0 ? 'nothing instead' : instead.join(' ');
  return inMachine(provider, machine, {
    name: `the engine of ${machine} runs without ${without}…, with ${become}`,
    // What it is called by has no spaces in any word.
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

/** Where an engine keeps what it calls itself by: today's in the second. */
const ID_FILES = ['/etc/docker/key.json', '/var/lib/docker/engine-id'];

/** A machine that was cloned from another: its engine has the other's id. */
export function clonedEngineId(
  provider: MachineProvider,
  machine: string,
  original: string,
): Fault {
  return {
    name: `the engine of ${machine} has the id of that of ${original}`,
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
