import { basename } from 'node:path';
import { type Stage, stages } from '../../helpers/topology/topology.ts';

/** How much of the topology each spec file needs to be there. */
const needs: Readonly<Record<string, Stage>> = {
  'keystore.spec.ts': 'cluster',
  'cluster.spec.ts': 'cluster',
  'overlay-network.spec.ts': 'network',
  'name-and-ping.spec.ts': 'workload',
  'car-endpoint.spec.ts': 'workload',
};

/** The last stage that one of these spec files needs; a file that says nothing needs all of them. */
export function stageFor(files: readonly string[]): Stage {
  const wanted = files.map((file) => needs[basename(file)] ?? 'workload');
  return stages.findLast((stage) => wanted.includes(stage)) ?? 'workload';
}
