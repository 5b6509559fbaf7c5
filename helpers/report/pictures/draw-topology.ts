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
 * The topology as it was seen, as an SVG picture: hosts with their engines, the store, overlay networks as lines with
 * each container's end on them, and each diagnosis at its host, with the hop that is broken in red and numbered.
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
