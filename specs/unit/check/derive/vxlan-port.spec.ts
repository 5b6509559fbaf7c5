import { expect, test } from 'vitest';
import type { HostView } from '../../../../helpers/check/model/observation.ts';
import { vxlanPortOf } from '../../../../helpers/check/derive/vxlan-port.ts';
import { hostOf } from '../observation.ts';

const withPorts = (...ports: readonly number[]): HostView =>
  ({
    ...hostOf('a'),
    kernel: { value: { overlays: [{ vxlans: ports.map((port) => ({ port })) }] } },
  }) as unknown as HostView;

test('The data path port is the most frequent port of the VXLAN devices, or 4789 without any', () => {
  expect(vxlanPortOf({ hosts: [hostOf('a')] })).toBe(4789);
  expect(vxlanPortOf({ hosts: [withPorts(5789), withPorts(5789, 4789)] })).toBe(5789);
});
