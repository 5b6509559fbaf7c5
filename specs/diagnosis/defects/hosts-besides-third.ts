import type { OverlayHosts } from '../../faults/overlay-faults.ts';
import type { DiagnosisLab } from '../lab.ts';

/** The other hosts that have `my-net`, for a temporary container on third-host. */
export function hostsBesidesThird({ provider, networkId }: DiagnosisLab): OverlayHosts {
  return {
    provider,
    network: { name: 'my-net', id: networkId('my-net') },
    others: ['master-host', 'worker-host'],
  };
}
