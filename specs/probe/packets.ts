import { describe } from 'vitest';
import { expect, test } from './lab.ts';
import { askAll, hopsOf, questionTo, watchAll } from './send-packets.ts';

export function describePackets(): void {
  // In this order: whatever comes back late from the other host would teach the table what the first one takes away.
  describe('A packet between containers of two hosts', { shuffle: false }, () => {
    test('is seen to leave no host whose forwarding table does not know where to', async ({
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
      const question = questionTo(lab, 'udp', udp, 0);
      await change('del', ...entry);
      try {
        expect(await probes.left.packets.request([question])).toMatchObject([{ answered: false }]);
      } finally {
        await change('replace', ...entry, 'permanent');
      }
      const { left, right } = await hopsOf(probes, question.id);
      expect(left).toContain('container eth0 out');
      expect(left.filter((hop) => hop.startsWith('host'))).toEqual([]);
      expect(right).toEqual([]);
    });

    test('is answered by every protocol up to the overlay’s MTU, and seen at each hop of its way', async ({
      lab,
      probes,
    }) => {
      const { udp, tcp } = await watchAll(lab, probes);
      const small = questionTo(lab, 'udp', udp, 0);
      await askAll(lab, probes, [
        small,
        questionTo(lab, 'udp', udp, 1450),
        questionTo(lab, 'icmp', 0, 0),
        questionTo(lab, 'icmp', 0, 1450),
        questionTo(lab, 'tcp', tcp, 20_000),
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

      const tooLong = questionTo(lab, 'udp', udp, 1451);
      const refused = { answered: false, error: 'EMSGSIZE' };
      expect(await probes.left.packets.request([tooLong])).toMatchObject([refused]);
    });
  });
}
