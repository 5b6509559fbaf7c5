import type { Action } from '../../model/diagnosis.ts';

/** An engine writes its load balancers only when it starts and when a service changes. */
export function restartEngine(host: string | undefined): Action {
  return {
    kind: 'fix',
    host,
    commands: [['systemctl', 'restart', 'docker']],
    effect:
      'Restarts the engine, which then creates its load balancers again. The tasks of this node are replaced.',
  };
}
