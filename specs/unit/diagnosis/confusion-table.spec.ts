import { describe, expect, test } from 'vitest';
import type { ConfusionRun } from '../../diagnosis/confusion-table.ts';
import { shapesOf, textsOf } from '../report/read-svg.ts';
import {
  drawConfusionMatrix,
  summaryOf,
  tableOfConfusion,
} from '../../diagnosis/draw-confusion-matrix.ts';

const run: ConfusionRun = {
  way: 'iptables on the receiver',
  injected: 'vxlan-blocked',
  cluster: 'seed',
  reported: ['vxlan-blocked'],
  placeRight: true,
};
const healthy: ConfusionRun = { ...run, way: 'nothing', injected: 'healthy', reported: [] };

describe('The confusion matrix', () => {
  test('counts found codes, and codes reported instead or in addition', async () => {
    const runs: ConfusionRun[] = [
      run,
      run,
      { ...run, cluster: 'etcd', reported: ['vxlan-blocked', 'name-stale'] },
      { ...run, way: 'nftables in the switch', reported: [] },
      { ...run, way: 'in one direction', placeRight: false },
      healthy,
      { ...healthy, way: 'mended: a rule taken away' },
      { ...healthy, way: 'mended: another rule taken away' },
      { ...healthy, reported: ['mtu-black-hole'] },
    ];
    const table = tableOfConfusion({ runs });
    expect(table.split('\n').slice(2)).toEqual([
      '| healthy | nothing | seed | 1 of 2 | mtu-black-hole |',
      '| healthy | mended | seed | 2 of 2 |  |',
      '| `vxlan-blocked` | iptables on the receiver | seed, etcd | 2 of 3 | vxlan-blocked, name-stale |',
      '| `vxlan-blocked` | nftables in the switch | seed | 0 of 1 | nothing |',
      '| `vxlan-blocked` | in one direction | seed | 0 of 1 | the same code elsewhere |',
    ]);
    expect(summaryOf({ runs })).toBe(
      '2 of 5 defects found, at the right place and without other findings; 1 false alarm in 4 healthy runs',
    );
    const svg = await drawConfusionMatrix({ runs });
    expect(shapesOf(svg).map(({ title }) => title)).toEqual([
      'healthy, reported as healthy: 3',
      'healthy, reported as mtu-black-hole: 1',
      'vxlan-blocked, reported as healthy: 1',
      'vxlan-blocked, reported as vxlan-blocked: 4',
      'vxlan-blocked, reported as name-stale: 1',
    ]);
    const cells = textsOf(svg).filter((text) => /^✖?\d+$/.test(text));
    const columns = ['1', '2', '3', '4'];
    expect(cells.toSorted()).toEqual([...columns, '3', '4', '✖1', '✖1', '✖1'].toSorted());
  });

  test('of correct diagnoses has entries only on the diagonal', async () => {
    const svg = await drawConfusionMatrix({ runs: [run, healthy] });
    expect(svg).not.toContain('✖');
    expect(svg).toContain(
      '1 of 1 defect found, at the right place and without other findings; 0 false alarms in 1 healthy run',
    );
  });
});
