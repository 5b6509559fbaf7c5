import type { Defect } from '../defect.ts';
import { controlPlaneDefects } from './control-plane.ts';
import { engineDefects } from './engines.ts';
import { hostDefects } from './host.ts';
import { kernelDefects } from './kernel.ts';
import { networkDefects } from './networks.ts';
import { pathDefects } from './paths.ts';
import { storeDefects } from './stores.ts';
import { workloadDefects } from './workload.ts';

/** All defects, in the order of the layers of a check. */
export const allDefects: readonly Defect[] = [
  ...engineDefects,
  ...controlPlaneDefects,
  ...storeDefects,
  ...networkDefects,
  ...kernelDefects,
  ...hostDefects,
  ...workloadDefects,
  ...pathDefects,
];
