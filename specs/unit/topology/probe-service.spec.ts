import { describe, expect, test } from 'vitest';
import { isOver } from '../../../helpers/topology/target/probe-service.ts';

const service = {
  name: 'overlay-e2e-probe-5f3c',
  createdAt: '2026-12-01T20:00:00.123456789Z',
  labels: { 'org.overlay-e2e.probe': 'service', 'org.overlay-e2e.lifetime': '120' },
};

describe('A service of a check is left over', () => {
  test('when its tasks have ended by themselves, and not before', () => {
    expect(isOver(service, '2026-12-01T20:02:59.000000000Z')).toBe(false);
    expect(isOver(service, '2026-12-01T20:03:01.000000000Z')).toBe(true);
  });

  test.for([
    ['with another name', { name: 'shop' }],
    ['without the label of checks', { labels: { 'org.overlay-e2e.lifetime': '120' } }],
    ['without a lifetime', { labels: { 'org.overlay-e2e.probe': 'service' } }],
    ['with an invalid time', { createdAt: 'yesterday' }],
  ] as const)('never %s', ([, change]) => {
    expect(isOver({ ...service, ...change }, '2026-12-02T20:00:00Z')).toBe(false);
  });

  test('never by a clock that cannot be read', () => {
    expect(isOver(service, '')).toBe(false);
  });
});
