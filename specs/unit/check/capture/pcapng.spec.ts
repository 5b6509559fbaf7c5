import { expect, test } from 'vitest';
import { pcapng } from '../../../../helpers/check/capture/pcapng.ts';

/** Parts a file into its blocks: type, body. Fails unless each block has its length at both ends. */
function blocksOf(file: Buffer): { readonly type: number; readonly body: Buffer }[] {
  const blocks = [];
  for (let at = 0; at < file.length; ) {
    const length = file.readUInt32LE(at + 4);
    expect(length % 4).toBe(0);
    expect(file.readUInt32LE(at + length - 4)).toBe(length);
    blocks.push({ type: file.readUInt32LE(at), body: file.subarray(at + 8, at + length - 4) });
    at += length;
  }
  return blocks;
}

// Its first 16 bytes are those of a file that tcpdump 4.99 and Wireshark read.
test('A file has a section header, a description of each device, and frames with padded bytes', () => {
  const file = Buffer.concat([
    pcapng.begin('overlay-e2e'),
    pcapng.device({ name: 'a/host/eth0', description: 'eth0 of a', link: 'ethernet' }),
    pcapng.frame({
      device: 0,
      direction: 'out',
      at: 1_796_163_245_898_373_123n,
      bytes: Buffer.from('abcde'),
    }),
  ]);
  expect(file.subarray(0, 4).toString('hex')).toBe('0a0d0d0a');
  const [section, device, frame] = blocksOf(file);
  expect(section?.body.subarray(0, 16).toString('hex')).toBe('4d3c2b1a01000000ffffffffffffffff');
  expect(device).toMatchObject({ type: 1 });
  expect(device?.body.readUInt16LE(0)).toBe(1);
  expect(device?.body.toString('latin1')).toContain('a/host/eth0');
  const { body = Buffer.alloc(0), type } = frame ?? {};
  expect(type).toBe(6);
  const [high, low] = [body.readUInt32LE(4), body.readUInt32LE(8)].map(BigInt);
  expect(((high ?? 0n) << 32n) | (low ?? 0n)).toBe(1_796_163_245_898_373_123n);
  expect([body.readUInt32LE(12), body.readUInt32LE(16)]).toEqual([5, 5]);
  expect(body.subarray(20, 28).toString('latin1')).toBe('abcde\0\0\0');
  // The flags: 2 is outbound.
  expect(body.subarray(28, 36).toString('hex')).toBe('0200040002000000');
});

test('Devices without Ethernet headers have the link type of plain IP packets', () => {
  const [device] = blocksOf(pcapng.device({ name: 't', description: '', link: 'ip' }));
  expect(device?.body.readUInt16LE(0)).toBe(101);
});
