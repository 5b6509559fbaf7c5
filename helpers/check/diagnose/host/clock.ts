import { ruleFor } from '../rule.ts';

/** The clock of a host that differs from those of the others. */
export const clockSkew = ruleFor('clock-differs', 'clock-skew', {
  // With a wrong clock, a host refuses valid certificates, and others refuse its own.
  consequences: ({ where: { host } }, open) =>
    open.filter(
      ({ kind, where }) =>
        where.host === host && (kind === 'certificate-old' || kind === 'engine-not-member'),
    ),
  action: ({ where: { host } }) => ({
    kind: 'next-step',
    host,
    commands: [['date', '-u']],
    effect:
      'Shows the time of the host. Correct it, and run a service that keeps it right, such as systemd-timesyncd or chrony. Then restart the engine if it is in an error.',
  }),
});
