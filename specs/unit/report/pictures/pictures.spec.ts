import { describe, expect, test } from 'vitest';
import { withoutValue } from '../../../../helpers/check/model/observed.ts';
import { drawPathMatrix } from '../../../../helpers/report/pictures/draw-path-matrix.ts';
import { textsOf } from '../read-svg.ts';
import { brokenReport, reportOf } from '../findings/reports.ts';

describe('The picture of all paths', () => {
  test('has a grid for each kind of path with its own results, with a sign in each cell', async () => {
    const texts = textsOf(await drawPathMatrix(brokenReport()));
    expect(texts).toEqual(
      expect.arrayContaining(['host, gossip, vxlan', 'icmp, large, tcp, udp', '✖  did not arrive']),
    );
    expect(texts.filter((text) => text === '✔')).toHaveLength(2);
    expect(texts.filter((text) => text === '✖')).toHaveLength(1);
    expect(texts.filter((text) => text === '→')).toHaveLength(1);
  });

  test('has one grid for 16 hosts that all reach each other', async () => {
    const texts = textsOf(await drawPathMatrix(reportOf(16)));
    expect(texts.filter((text) => text === '✔')).toHaveLength(240);
  });

  test('gives the reason if there were no live probes', async () => {
    const report = brokenReport();
    const paths = withoutValue('probes are turned off', 'not-requested');
    const svg = await drawPathMatrix({ ...report, observation: { ...report.observation, paths } });
    expect(textsOf(svg)).toContain('no live probes: probes are turned off');
  });
});
