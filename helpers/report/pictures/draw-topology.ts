import type { AuditReport } from '../../check/model/report.ts';
import { mapCluster } from '../text/cluster-map.ts';
import { headlineOf } from '../text/headline.ts';
import { picture } from './svg.ts';
import { renderVerdict } from '../text/render-report.ts';
import { style, colorOf } from './topology/style.ts';
import { runGraphviz } from './topology/run-graphviz.ts';
import { chooseShown } from './topology/shown.ts';
import { writeGraph } from './topology/write-graph.ts';

/**
 * Draws the observed topology as SVG: hosts with their engines, the store, overlay networks as lines with the endpoint of
 * each container, and each finding at its host, with the broken hop in red and numbered.
 */
export async function drawTopology(report: AuditReport): Promise<string> {
  const shown = chooseShown(mapCluster(report.observation), report.diagnoses);
  const title = headlineOf(report);
  const color = { healthy: colorOf('good'), defects: colorOf('bad'), incomplete: colorOf('warn') }[
    report.verdict
  ];
  const seen = `seen ${report.startedAt.replace(/\.\d+Z$/, 'Z')}`;
  const { width, height, content } = await runGraphviz(writeGraph(shown, { title, color, seen }));
  const description = renderVerdict(report, { color: false, width: 100 });
  return picture({ width, height, title, description }, [`<style>${style}</style>`, content]);
}
