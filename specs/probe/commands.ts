import { describe } from 'vitest';
import {
  observeKernel,
  observeTablesAgain,
} from '../../helpers/check/observe/kernel/observe-kernel.ts';
import { valueOf } from '../../helpers/check/model/observed.ts';
import { expect, test } from './lab.ts';

export function describeCommands(): void {
  describe('A probe', () => {
    test('runs programs in the network of the host, of a container and of an overlay', async ({
      lab: { manager, worker, networkId, left, right },
      probes,
    }) => {
      const addresses = ['ip', '-brief', 'address'] as const;
      const [host, container, overlay] = await Promise.all([
        probes.left.run('host', addresses),
        probes.left.run({ pid: left.pid }, addresses),
        probes.left.run({ overlay: networkId }, ['bridge', 'fdb', 'show', 'dev', 'vxlan0']),
      ]);
      expect(host.stdout).toContain(`${manager.machine.address}/24`);
      expect(host.stdout).not.toContain(`${left.address}/24`);
      expect(container.stdout).toContain(`${left.address}/24`);
      expect(container.stdout).not.toContain(manager.machine.address);
      expect(overlay.stdout).toContain(`${right.mac} dst ${worker.machine.address}`);
    });

    test('reads files of the host and of a container, and reports missing ones', async ({
      lab: { left },
      probes,
    }) => {
      const resolver = `/proc/${left.pid}/root/etc/resolv.conf`;
      const forwarding = '/proc/sys/net/ipv4/ip_forward';
      expect(await probes.left.read(['/etc/hostname', resolver, '/nope', forwarding])).toEqual([
        { path: '/etc/hostname', text: 'manager\n', cut: false },
        { path: resolver, text: expect.stringContaining('nameserver 127.0.0.11'), cut: false },
        { path: '/nope', error: 'No such file or directory' },
        { path: forwarding, text: '1\n', cut: false },
      ]);
    });

    test('reads the kernel’s tables of overlays, the host and containers', async ({
      lab: { manager, worker, networkId, left, right },
      probes,
    }) => {
      const [info, networks, container] = await Promise.all([
        manager.info(),
        manager.networks.list(),
        left.container.inspect(),
      ]);
      const { address } = manager.machine;
      const engine = { info, networks, containers: [container] };
      const salt = '0123456789abcdef';
      const observed = await observeKernel({ probe: probes.left, address, engine, salt });
      const kernel = valueOf(observed);
      const overlay = kernel?.overlays.find(({ idPrefix }) => networkId.startsWith(idPrefix));
      // An engine has several threads. Earlier tests may have left stuck ones.
      expect(kernel?.engineThreads?.threads).toBeGreaterThan(1);
      expect(overlay?.neighbors).toContainEqual({
        address: right.address,
        device: 'vxlan0',
        mac: right.mac,
        state: 'PERMANENT',
      });
      expect(overlay?.vxlans).toMatchObject([{ name: 'vxlan0', kind: 'vxlan', port: 4789 }]);
      expect(overlay?.vxlans[0]?.forwarding).toContainEqual({
        mac: right.mac,
        destination: worker.machine.address,
        isPermanent: true,
      });
      expect(kernel).toMatchObject({ carrier: 'eth1', unreadContainers: [] });
      const again = await observeTablesAgain(
        observed,
        { probe: probes.left, signal: undefined },
        { salt, engine: undefined },
      );
      const neighboursOf = (tables = kernel?.overlays) =>
        tables?.map(({ neighbors: neighbours }) => neighbours);
      expect(neighboursOf(valueOf(again)?.later)).toEqual(neighboursOf());
      // Docker's own rules do not block overlays.
      expect(kernel?.firewall).toEqual({ value: [] });
      expect(kernel?.offload).toHaveProperty(['value', 'tx-checksumming']);
      expect(kernel?.containers).toMatchObject([
        { containerId: container.id, nameServers: ['127.0.0.11'] },
      ]);
      expect(kernel?.containers[0]?.links).toContainEqual(
        expect.objectContaining({ name: 'eth0', addresses: [`${left.address}/24`] }),
      );
    });

    test('fails commands in one line, while others succeed', async ({ probes: { left } }) => {
      const refused = Promise.all([
        expect(left.run({ overlay: 'f'.repeat(25) }, ['ip', 'link'])).rejects.toThrow(
          /^manager: probe: run overlay:f{25} 10000 ip link: the engine has no namespace of the overlay network f{25}$/,
        ),
        expect(left.run('host', ['cat', '/etc/shadow'])).rejects.toThrow(
          /: cat: No such file or directory$/,
        ),
        expect(left.list('/nope')).rejects.toThrow(/: \/nope: No such file or directory$/),
        expect(left.run('host', ['perl', '-e', 'sleep 60'], { limit: 100 })).rejects.toThrow(
          /: timed out after 0.1 s$/,
        ),
      ]);
      const runs = Array.from({ length: 20 }, (_, index) =>
        left.run('host', ['perl', '-e', `print "${index} ü"; exit ${index}`]),
      );
      expect(await Promise.all(runs)).toEqual(
        runs.map((_, index) => ({ exitCode: index, stdout: `${index} ü`, stderr: '' })),
      );
      await refused;
    });
  });

  describe('Docker’s own name server', () => {
    const server = '127.0.0.11';

    test('resolves a container on the other host from a container’s namespace', async ({
      lab: { left, right },
      probes,
    }) => {
      expect(await probes.left.resolve({ pid: left.pid }, server, 'right')).toEqual({
        code: 'NOERROR',
        addresses: [right.address],
      });
      expect(await probes.right.resolve({ pid: right.pid }, server, 'left')).toEqual({
        code: 'NOERROR',
        addresses: [left.address],
      });
    });

    test('is not on the host itself, which is reported without waiting for the limit', async ({
      probes: { left },
    }) => {
      expect(await left.resolve('host', server, 'right')).toEqual({ error: 'ECONNREFUSED' });
    });
  });

  describe('An exchange', () => {
    test('connects to an engine’s port, and is refused by a closed port', async ({
      lab: { worker },
      probes: { left },
    }) => {
      const { address } = worker.machine;
      const request = Buffer.from('GET / HTTP/1.0\r\n\r\n');
      const [engine, closed] = await Promise.all([
        left.exchange('host', { protocol: 'tcp', address, port: 2376 }, request),
        left.exchange('host', { protocol: 'tcp', address, port: 9 }, request),
      ]);
      expect(engine).toMatchObject({ connected: true, error: undefined });
      expect(engine.answer.toString()).toContain('Client sent an HTTP request to an HTTPS server');
      expect(closed).toMatchObject({ connected: false, error: 'ECONNREFUSED' });
    });
  });
}
