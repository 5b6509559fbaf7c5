import type { ContainerFacts } from '../../../docker/containers/container-facts.ts';
import type { EngineView } from '../../model/engine-view.ts';

type Seen = Pick<EngineView, 'info' | 'later'>;

/** Milliseconds after which an engine itself takes a container for one that runs. */
const SETTLED = 10_000;

/** Whether it is one that ends again and again, met in a moment in which it runs, or that was started anew meanwhile. */
export function isFlapping(container: ContainerFacts, view: Seen): boolean {
  const { status, restartCount, startedAt } = container;
  const again = lookedAtAgain(container, view);
  if (again !== undefined && again.restartCount > restartCount) return true;
  const now = Date.parse(view.info.systemTime);
  return status === 'running' && restartCount > 1 && now - Date.parse(startedAt) < SETTLED;
}

/**
 * Whether what others say of its ends may be of another moment than what its engine says of it: each time that it starts
 * it has new ones.
 */
export function isRestless(container: ContainerFacts, view: Seen): boolean {
  const again = lookedAtAgain(container, view);
  const isOther =
    again !== undefined &&
    (again.startedAt !== container.startedAt || again.status !== container.status);
  return isOther || isFlapping(container, view);
}

/** The same container after all else, if it was looked at again. */
export function lookedAtAgain(
  { id }: Pick<ContainerFacts, 'id'>,
  { later = [] }: Pick<EngineView, 'later'>,
): ContainerFacts | undefined {
  return later.find((one) => one.id === id);
}
