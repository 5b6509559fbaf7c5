import { type Observed, seen, unseen } from '../../model/observed.ts';
import type { ApplicationView } from '../../model/application-view.ts';
import type { Asked, Round } from '../round.ts';
import { askApplication } from './ask-application.ts';
import { connectToPorts } from './published-ports.ts';

/** Connects to published ports, and asks the application if one is expected. */
export async function observeApplication(
  asked: Asked,
  round: Round,
): Promise<Observed<ApplicationView>> {
  const { application } = asked.expectations;
  const [ports, answer] = await Promise.all([
    connectToPorts(asked, round),
    application === undefined ? undefined : askApplication(application, asked, round),
  ]);
  if (ports.length === 0 && answer === undefined) {
    return unseen('no container publishes a port, and no application is expected', 'inapplicable');
  }
  return seen({ ports, answer });
}
