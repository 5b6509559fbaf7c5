import type { ContainerFacts } from '../../engine/container-facts.ts';
import type { EngineInfo } from '../../engine/info.ts';
import type { NetworkFacts } from '../../engine/networks.ts';

/** What one engine says. */
export interface EngineView {
  readonly info: EngineInfo;
  /** All of its networks; overlays as inspected, with the ends that it knows. */
  readonly networks: readonly NetworkFacts[];
  /** All of its containers, running or not; not the audit's own probes. */
  readonly containers: readonly ContainerFacts[];
}
