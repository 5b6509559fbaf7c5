import { ruleFor } from '../rule.ts';

/** An engine with live-restore: it runs in its swarm until it starts the next time. */
export const liveRestoreInSwarm = ruleFor('live-restore-on', 'live-restore-in-swarm', {
  action: ({ where: { host } }) => ({
    kind: 'next-step',
    host,
    commands: [],
    effect:
      'Set "live-restore" to false in /etc/docker/daemon.json, and run "systemctl reload docker". An engine in a swarm refuses to start with live-restore.',
  }),
});
