import { expect, test } from 'vitest';
import { explainStart } from '../../../../helpers/check/probe/start/explain-start.ts';
import { HarnessError } from '../../../../helpers/process/errors/harness-error.ts';

const tried = 'worker-host: docker run -i --rm overlay-e2e-probe-1';
const FULL = 'the disk of the engine is full';
const FOREIGN = 'its host has another processor architecture than this machine';
const DENIED = 'an authorization plugin of the engine denies it';
const MAPPED = 'the engine uses user namespaces';
const UNPRIVILEGED = 'the engine cannot grant a container the privileges that a probe needs';
const LAYER = 'd78258d018337cc6f54c6414487c307eeefb049fc1b48331bec596e77a4fd4f7.tar';

/** Returns the error of a refused request, as the Docker client throws it. */
function refused(statusCode: number, message: string): Error {
  return Object.assign(new Error(`(HTTP code ${statusCode}) - ${message} `), {
    statusCode,
    json: { message },
  });
}

// The messages that these engines gave on machines with such a disk, image, plugin or setting.
test.each([
  [
    '20.10.5',
    200,
    `Error processing tar file(exit status 1): write /${LAYER}: no space left on device`,
    FULL,
  ],
  ['26.1.5', 200, `write /${LAYER}: no space left on device`, FULL],
  [
    '20.10.5',
    undefined,
    'standard_init_linux.go:239: exec user process caused: exec format error',
    FOREIGN,
  ],
  ['26.1.5', undefined, 'exec /perl: exec format error', FOREIGN],
  ['20.10.5', 403, 'authorization denied by plugin denier: no containers here', DENIED],
  ['26.1.5', 403, 'authorization denied by plugin denier: no containers here', DENIED],
  [
    '20.10.5',
    400,
    "cannot share the host's network namespace when user namespaces are enabled",
    MAPPED,
  ],
  [
    '26.1.5',
    400,
    "cannot share the host's network namespace when user namespaces are enabled",
    MAPPED,
  ],
  [
    '20.10.5',
    undefined,
    'OCI runtime create failed: container_linux.go:377: starting container process caused: apply caps: operation not permitted: unknown',
    UNPRIVILEGED,
  ],
  [
    '26.1.5',
    undefined,
    'invalid CapAdd: capability not supported by your kernel or not available in the current environment: "CAP_SYS_PTRACE"',
    UNPRIVILEGED,
  ],
])(
  'Engine %s: status %s with "%s" is explained as "%s", with a fix',
  (_, status, observed, expected) => {
    const cause = status === undefined ? undefined : refused(status, observed);
    const { line } = explainStart(
      new HarnessError({ code: 'engine-refused', tried, observed, cause }),
    );
    expect(line).toContain(`${tried}: ${expected}`);
    expect(line).toContain(`("${observed}"). `);
    expect(line).toMatch(
      /or check without probes, which leaves out kernel tables and live packets\.$/,
    );
  },
);

test('An authorization plugin is recognized by the status, without known words', () => {
  const observed = 'verboten';
  const error = new HarnessError({
    code: 'engine-refused',
    tried,
    observed,
    cause: refused(403, observed),
  });
  expect(explainStart(error).observed).toBe(`${DENIED} ("${observed}")`);
});

test('The words of a message without its status are not taken for an authorization plugin', () => {
  const observed = 'the image says: authorization denied by plugin';
  const error = new HarnessError({
    code: 'engine-refused',
    tried,
    observed,
    cause: refused(500, observed),
  });
  expect(explainStart(error)).toBe(error);
});

test('An unknown error is not changed, nor a denied access to the engine’s socket', () => {
  const error = new HarnessError({
    code: 'engine-unreachable',
    tried,
    observed: 'connect EACCES: permission denied',
  });
  expect(explainStart(error)).toBe(error);
});
