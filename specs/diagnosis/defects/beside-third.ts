import type { OverlayGround } from '../../faults/overlay-faults.ts';
import type { DiagnosisLab } from '../lab.ts';

/** The hosts that have `my-net` besides third-host, of a container that is on that for a moment. */
export function besideThird({ provider, networkId }: DiagnosisLab): OverlayGround {
  return {
    provider,
    network: { name: 'my-net', id: networkId('my-net') },
    others: ['master-host', 'worker-host'],
  };
}
