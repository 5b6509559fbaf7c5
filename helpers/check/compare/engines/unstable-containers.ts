import type { ContainerFacts } from '../../../docker/containers/container-facts.ts';
import type { EngineView } from '../../model/views/engine-view.ts';

type SecondRead = Pick<EngineView, 'info' | 'later'>;

/** The milliseconds after which an engine regards a container as running. */
const SETTLED = 10_000;

/** Returns true if a container restarts repeatedly, although it may run at the moment. */
export function isFlapping(container: ContainerFacts, view: SecondRead): boolean {
  const { status, restartCount, startedAt } = container;
  const again = secondReadOf(container, view);
  if (again !== undefined && again.restartCount > restartCount) return true;
  const now = Date.parse(view.info.systemTime);
  return status === 'running' && restartCount > 1 && now - Date.parse(startedAt) < SETTLED;
}

/**
 * Returns true if other hosts may know an older endpoint of the container than its engine: each start creates a new one.
 */
export function isUnstable(container: ContainerFacts, view: SecondRead): boolean {
  const again = secondReadOf(container, view);
  const isOther =
    again !== undefined &&
    (again.startedAt !== container.startedAt || again.status !== container.status);
  return isOther || isFlapping(container, view);
}

/** Returns the same container from the second read. */
export function secondReadOf(
  { id }: Pick<ContainerFacts, 'id'>,
  { later = [] }: Pick<EngineView, 'later'>,
): ContainerFacts | undefined {
  return later.find((one) => one.id === id);
}
