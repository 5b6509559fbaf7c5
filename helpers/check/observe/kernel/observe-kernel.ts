import type { EngineView } from '../engines.ts';
import { type Observed, unseen } from '../../observed.ts';
import type { Probe } from '../../probe/probe.ts';
import type { KernelView } from '../kernel.ts';

/** What the kernel of a host is asked by. */
export interface KernelLook {
  /** One that may enter other namespaces. */
  readonly probe: Probe;
  readonly address: string | undefined;
  readonly engine: EngineView | undefined;
  readonly signal: AbortSignal;
}

/** Reads what the host's kernel has; before any live probe is sent. */
export async function observeKernel(_look: KernelLook): Promise<Observed<KernelView>> {
  return await Promise.resolve(unseen('kernels are not looked at yet', 'unasked'));
}

/** Reads the tables of its overlays once more, after the live probes. */
export async function observeTablesAgain(
  kernel: Observed<KernelView>,
  _look: Pick<KernelLook, 'probe' | 'signal'>,
): Promise<Observed<KernelView>> {
  return await Promise.resolve(kernel);
}
