import type { Container } from '../../helpers/docker/containers/container.ts';
import type { ContainerSpec } from '../../helpers/docker/containers/container-spec.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import { HarnessError } from '../../helpers/process/errors/harness-error.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { type Fault, inMachine } from './fault.ts';
import { inContainer } from './in-namespaces.ts';
import { type OverlayGround, removeForGood } from './overlay-faults.ts';

async function runIn(container: Container, script: string): Promise<void> {
  const { exitCode, stderr } = await container.exec(['sh', '-ec', script], { user: 'root' });
  if (exitCode === 0) return;
  throw new HarnessError({
    code: 'command-failed',
    tried: `${container.name}: ${script}`,
    observed: stderr.trim(),
  });
}

/** A line in a container's own /etc/hosts, which its programs believe before they ask the engine. */
export function wrongHostsLine(
  container: Container,
  { name, address }: { readonly name: string; readonly address: string },
): Fault {
  return {
    name: `in ${container.name} /etc/hosts says that ${name} is ${address}`,
    inject: async () => {
      // The file is a mount, which can be written to but not replaced.
      await runIn(
        container,
        `cp /etc/hosts /tmp/hosts.right; echo '${address} ${name}' >>/etc/hosts`,
      );
      return async () => await runIn(container, 'cat /tmp/hosts.right >/etc/hosts');
    },
  };
}

/** A container on the same network that listens to another's name too: a resolver then gives both addresses, in turn. */
export function sharedName(
  engine: Engine,
  spec: ContainerSpec & { readonly name: string },
  taken: string,
  ground: OverlayGround,
): Fault {
  return {
    name: `${spec.name} on ${engine.machine.name} answers to the name ${taken} as well`,
    inject: async () => {
      const container = await engine.containers.run({ ...spec, aliases: [taken] });
      return async () => await removeForGood(container, ground);
    },
  };
}

/** A container asks a name server that is not its engine's, and that nobody has: no name is answered. */
export function otherNameServer(container: Container, address: string): Fault {
  return {
    name: `${container.name} asks the name server ${address}`,
    inject: async () => {
      await runIn(
        container,
        `cp /etc/resolv.conf /tmp/resolv.right; echo 'nameserver ${address}' >/etc/resolv.conf`,
      );
      return async () => await runIn(container, 'cat /tmp/resolv.right >/etc/resolv.conf');
    },
  };
}

/**
 * The rules are gone that lead a container's questions to its engine: 127.0.0.11 port 53 is the engine on another port,
 * by rules in the container's own namespace, which a tool that flushes firewalls takes with it.
 */
export function flushedNameRules(provider: MachineProvider, container: Container): Fault {
  const rules = `/run/name-rules.${container.name}`;
  return inMachine(provider, container.machine.name, {
    name: `the rules that lead to the name server of ${container.name} are flushed`,
    inject: inContainer(container.name, `iptables-save -t nat >${rules}; iptables -t nat -F`),
    undo: `${inContainer(container.name, `iptables-restore -T nat <${rules}`)}; rm ${rules}`,
  });
}
