import { type Observed, unseen } from '../../observed.ts';
import type { ApplicationView } from '../application.ts';
import type { Asked, Round } from '../round.ts';

/** Asks published ports, and the application if one is expected. */
export async function observeApplication(
  _asked: Asked,
  _round: Round,
): Promise<Observed<ApplicationView>> {
  return await Promise.resolve(unseen('the application is not looked at yet', 'unasked'));
}
