import { expect, test } from 'vitest';
import { explainStart } from '../../../../helpers/check/probe/explain-start.ts';
import { HarnessError } from '../../../../helpers/process/errors/harness-error.ts';

const tried = 'worker-host: docker run -i --rm overlay-e2e-probe-1';

test.each([
  [
    'Error processing tar file(exit status 1): write /usr/bin/perl: no space left on device',
    'the engine’s disk is full',
  ],
  [
    'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "perl": exec format error: unknown',
    'its host has another processor than this one',
  ],
  [
    'authorization denied by plugin opa-docker-authz: request rejected by administrative policy',
    'the engine’s authorization does not allow it',
  ],
  [
    'cannot share the host’s network namespace when user namespaces are enabled',
    'the engine maps users',
  ],
  [
    'OCI runtime create failed: container_linux.go:367: starting container process caused: apply caps: operation not permitted: unknown',
    'the engine may not give a container what a probe needs',
  ],
])('An engine’s «%s» is told as «%s», with what can be done', (observed, expected) => {
  const { line } = explainStart(new HarnessError({ tried, observed }));
  expect(line).toContain(`${tried}: ${expected}`);
  expect(line).toContain(`(«${observed}»); `);
  expect(line).toMatch(/or check without probes; .*left out then$/);
});

test('What is not known is told as it is, also when a user may not open the engine’s socket', () => {
  const error = new HarnessError({ tried, observed: 'connect EACCES: permission denied' });
  expect(explainStart(error)).toBe(error);
});
