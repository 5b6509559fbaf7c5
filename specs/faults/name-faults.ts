import type { Container } from '../../helpers/docker/containers/container.ts';
import type { ContainerSpec } from '../../helpers/docker/containers/container-spec.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import { HarnessError } from '../../helpers/process/errors/harness-error.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { type Fault, inMachine } from './fault.ts';
import { inContainer } from './in-namespaces.ts';
import { type OverlayHosts, removeWithEntries } from './overlay-faults.ts';

async function runIn(container: Container, script: string): Promise<void> {
  const { exitCode, stderr } = await container.exec(['sh', '-ec', script], { user: 'root' });
  if (exitCode === 0) return;
  throw new HarnessError({
    code: 'command-failed',
    tried: `${container.name}: ${script}`,
    observed: stderr.trim(),
  });
}

/** Adds a line to a container's /etc/hosts. Programs read this file before they query the name server. */
export function wrongHostsLine(
  container: Container,
  { name, address }: { readonly name: string; readonly address: string },
): Fault {
  return {
    name: `/etc/hosts of ${container.name} has the address ${address} for ${name}`,
    inject: async () => {
      // The file is a mount: a program can write to it but cannot replace it.
      await runIn(
        container,
        `cp /etc/hosts /tmp/hosts.right; echo '${address} ${name}' >>/etc/hosts`,
      );
      return async () => await runIn(container, 'cat /tmp/hosts.right >/etc/hosts');
    },
  };
}

/**
 * Runs a container with the name of another container as an alias. The name server then returns both addresses in turn.
 */
export function sharedName(
  engine: Engine,
  spec: ContainerSpec & { readonly name: string },
  taken: string,
  hosts: OverlayHosts,
): Fault {
  return {
    name: `${spec.name} on ${engine.machine.name} has the alias ${taken}`,
    inject: async () => {
      const container = await engine.containers.run({ ...spec, aliases: [taken] });
      return async () => await removeWithEntries(container, hosts);
    },
  };
}

/** Sets an unused address as the name server of a container. No name is resolved. */
export function otherNameServer(container: Container, address: string): Fault {
  return {
    name: `${container.name} uses the name server ${address}`,
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
 * Deletes the NAT rules of the engine's name server. They redirect 127.0.0.11 port 53 to another port of the engine, in
 * the container's namespace. Tools that flush a firewall delete them too.
 */
export function deletedNameRules(provider: MachineProvider, container: Container): Fault {
  const rules = `/run/name-rules.${container.name}`;
  return inMachine(provider, container.machine.name, {
    name: `the NAT rules of the name server of ${container.name} are deleted`,
    inject: inContainer(container.name, `iptables-save -t nat >${rules}; iptables -t nat -F`),
    undo: `${inContainer(container.name, `iptables-restore -T nat <${rules}`)}; rm ${rules}`,
  });
}
