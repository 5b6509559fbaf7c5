import { describe, expect, test } from 'vitest';
import { explainFailure, type FailedCall } from '../../../helpers/docker/explain-failure.ts';

const call: FailedCall = {
  tried: 'worker-host: docker info',
  machine: {
    name: 'worker-host',
    address: '192.168.99.102',
    state: 'Running',
    url: 'tcp://192.168.99.102:2376',
    endpoint: {
      kind: 'tls',
      host: '192.168.99.102',
      port: 2376,
      caFile: '',
      certFile: '',
      keyFile: '',
    },
    engineOptions: [],
    engineLabels: [],
    certificates: '',
  },
  limit: 30_000,
  timedOut: false,
};

function failure(code: string, message = code): Error {
  return Object.assign(new Error(message), { code });
}

describe('a failed call to an engine becomes one line with a hint', () => {
  test.each([
    ['ECONNREFUSED', 'connection to 192.168.99.102:2376 refused. Start the engine'],
    ['EHOSTUNREACH', '192.168.99.102:2376 cannot be reached (EHOSTUNREACH). Check that'],
    ['ECONNRESET', '192.168.99.102:2376 closed the connection. Read the log of the engine'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'a certificate of another authority'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'a certificate for another address'],
    ['CERT_HAS_EXPIRED', 'is not valid now (CERT_HAS_EXPIRED). Correct the clock'],
    ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'refuses the certificate of this client'],
    [
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'does not speak TLS (ERR_SSL_WRONG_VERSION_NUMBER). Start the',
    ],
  ])('%s', (code, expected) => {
    const error = explainFailure(failure(code), call);
    expect(error.line).toContain(expected);
    expect(error.line).toMatch(/^worker-host: docker info: .*\. [A-Z]/);
    expect(error.message).toBe(error.line);
  });

  test('no answer in time, for any error of the client', () => {
    const error = explainFailure(failure('ECONNRESET'), { ...call, timedOut: true });
    expect(error.line).toContain('no answer from 192.168.99.102:2376 after 30 s. Check that');
  });

  test('a refusal has the engine’s own message, on one line', () => {
    const refusal = Object.assign(new Error('(HTTP code 500) server error - a\n b '), {
      statusCode: 500,
    });
    expect(explainFailure(refusal, call).line).toBe('worker-host: docker info: a b');
  });

  test('a refusal has the call’s own explanation, if any', () => {
    const refusal = Object.assign(new Error('(HTTP code 404) no such image - gone '), {
      statusCode: 404,
      json: { message: 'No such image: x:latest' },
    });
    const error = explainFailure(refusal, call, ({ status, message }) => ({
      code: 'image-unknown',
      observed: `${status} ${message}`,
      hint: 'load it',
    }));
    expect(error.line).toBe('worker-host: docker info: 404 No such image: x:latest. Load it.');
  });
});
