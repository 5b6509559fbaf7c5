import { expect, test } from 'vitest';
import { explainStart } from '../../../../helpers/check/probe/start/explain-start.ts';
import { HarnessError } from '../../../../helpers/process/errors/harness-error.ts';

const tried = 'worker-host: docker run -i --rm overlay-e2e-probe-1';

test.each([
  [
    'Error processing tar file(exit status 1): write /usr/bin/perl: no space left on device',
    'the disk of the engine is full',
  ],
  [
    'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "perl": exec format error: unknown',
    'its host has another processor architecture than this machine',
  ],
  [
    'authorization denied by plugin opa-docker-authz: request rejected by administrative policy',
    'an authorization plugin of the engine denies it',
  ],
  [
    'cannot share the host’s network namespace when user namespaces are enabled',
    'the engine uses user namespaces',
  ],
  [
    'OCI runtime create failed: container_linux.go:367: starting container process caused: apply caps: operation not permitted: unknown',
    'the engine cannot grant a container the privileges that a probe needs',
  ],
])('The error "%s" is explained as "%s", with a fix', (observed, expected) => {
  const { line } = explainStart(new HarnessError({ code: 'engine-refused', tried, observed }));
  expect(line).toContain(`${tried}: ${expected}`);
  expect(line).toContain(`("${observed}"). `);
  expect(line).toMatch(
    /or check without probes, which leaves out kernel tables and live packets\.$/,
  );
});

test('An unknown error is not changed, nor a denied access to the engine’s socket', () => {
  const error = new HarnessError({
    code: 'engine-unreachable',
    tried,
    observed: 'connect EACCES: permission denied',
  });
  expect(explainStart(error)).toBe(error);
});
