import { describe } from 'vitest';
import { expect, test } from './lab.ts';
import { requestAll, hopsOf, requestTo, watchAll } from './send-packets.ts';

export function describePackets(): void {
  // In this order: late packets from the other host would restore the entry that the first test deletes.
  describe('A packet between containers of two hosts', { shuffle: false }, () => {
    test('does not leave a host without a forwarding entry, as captures show', async ({
      lab,
      probes,
    }) => {
      const { udp } = await watchAll(lab, probes);
      const entry = [lab.right.mac, 'dev', 'vxlan0', 'dst', lab.worker.machine.address, 'self'];
      const change = async (...words: string[]) => {
        const argv = ['bridge', 'fdb', ...words] as const;
        const ended = await probes.left.run({ overlay: lab.networkId }, argv);
        expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
      };
      const request = requestTo(lab, 'udp', udp, 0);
      await change('del', ...entry);
      try {
        expect(await probes.left.packets.request([request])).toMatchObject([{ answered: false }]);
      } finally {
        await change('replace', ...entry, 'permanent');
      }
      const { left, right } = await hopsOf(probes, request.id);
      expect(left).toContain('container eth0 out');
      expect(left.filter((hop) => hop.startsWith('host'))).toEqual([]);
      expect(right).toEqual([]);
    });

    test('is answered with every protocol up to the overlay’s MTU, and captured at each hop', async ({
      lab,
      probes,
    }) => {
      const { udp, tcp } = await watchAll(lab, probes);
      const small = requestTo(lab, 'udp', udp, 0);
      await requestAll(lab, probes, [
        small,
        requestTo(lab, 'udp', udp, 1450),
        requestTo(lab, 'icmp', 0, 0),
        requestTo(lab, 'icmp', 0, 1450),
        requestTo(lab, 'tcp', tcp, 20_000),
      ]);
      expect(await probes.right.packets.received([small.id])).toEqual(new Set([small.id]));
      const tunnel = `${lab.manager.machine.address} > ${lab.worker.machine.address}`;
      expect(await hopsOf(probes, small.id)).toEqual({
        left: expect.arrayContaining([
          'container eth0 out',
          'overlay vxlan0 out',
          `host eth1 out ${tunnel}`,
        ]),
        right: expect.arrayContaining([
          `host eth1 in ${tunnel}`,
          'overlay vxlan0 in',
          'container eth0 in',
        ]),
      });

      const tooLong = requestTo(lab, 'udp', udp, 1451);
      const refused = { answered: false, error: 'EMSGSIZE' };
      expect(await probes.left.packets.request([tooLong])).toMatchObject([refused]);
    });
  });
}
