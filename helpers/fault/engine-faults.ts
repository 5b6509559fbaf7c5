import type { Container } from '../engine/container.ts';
import type { ContainerSpec } from '../engine/container-spec.ts';
import type { Engine } from '../engine/engine.ts';
import { HarnessError } from '../process/harness-error.ts';
import type { Fault } from './fault.ts';

/** A container that has no business on that engine. */
export function strayContainer(engine: Engine, spec: ContainerSpec & { name: string }): Fault {
  return {
    name: `a container ${spec.name} runs on ${engine.machine.name} too`,
    inject: async () => {
      const container = await engine.containers.run(spec);
      return async () => await container.remove();
    },
  };
}

/** A network of one engine alone that has the name of an overlay. */
export function localNamesake(engine: Engine, network: string): Fault {
  return {
    name: `${engine.machine.name} has a bridge network of its own that is called ${network}`,
    inject: async () => {
      const { id } = await engine.networks.create({ name: network, driver: 'bridge' });
      return async () => await engine.networks.remove(id);
    },
  };
}

/** A line in a container's own /etc/hosts, which its programs believe before they ask the engine. */
export function wrongHostsLine(
  container: Container,
  { name, address }: { readonly name: string; readonly address: string },
): Fault {
  const run = async (script: string) => {
    const { exitCode, stderr } = await container.exec(['sh', '-ec', script], { user: 'root' });
    if (exitCode === 0) return;
    throw new HarnessError({ tried: `${container.name}: ${script}`, observed: stderr.trim() });
  };
  return {
    name: `in ${container.name} /etc/hosts says that ${name} is ${address}`,
    inject: async () => {
      // The file is a mount, which can be written to but not replaced.
      await run(`cp /etc/hosts /tmp/hosts.right; echo '${address} ${name}' >>/etc/hosts`);
      return async () => await run('cat /tmp/hosts.right >/etc/hosts');
    },
  };
}
