import { ruleFor } from '../rule.ts';

/** A program in a container that uses an old version of the engine's API. */
export const clientTooOld = ruleFor('client-refused', 'client-too-old', {
  action: ({ where: { host }, expected: { oldest }, observed: { version } }) => ({
    kind: 'next-step',
    host,
    commands: [],
    effect: `Update the image of the container to a release that supports version ${oldest} of the API. Until then, let the engine accept old clients: set "min-api-version" to "${version}" in /etc/docker/daemon.json if the engine supports that version, and restart the engine.`,
  }),
});
