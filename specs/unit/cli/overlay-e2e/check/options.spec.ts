import { expect, test } from 'vitest';
import {
  type CheckOptions,
  refuseContradictions,
} from '../../../../../helpers/cli/overlay-e2e/check/options.ts';

const plain: CheckOptions = { engine: [], context: [], probe: true, privileged: true };

test.each<[string, string[], Partial<CheckOptions>, RegExp]>([
  ['a file and an engine', ['x.json'], { engine: ['tcp://a'] }, /cannot be combined with engines/],
  ['names and a context', ['a'], { context: ['far'] }, /cannot be combined with engines/],
  ['a TLS folder without an engine', [], { tlsDir: '.' }, /--tls-dir needs --engine/],
  ['--yes without --fix', [], { yes: true }, /--yes needs --fix/],
  ['--fix and --watch', [], { fix: true, yes: true, watch: 1 }, /cannot be combined/],
  ['--fix without probes', [], { fix: true, yes: true, probe: false }, /Omit --no-probe/],
  ['--probe-service with --watch', [], { probeService: 'overlay-e2e', watch: 30 }, /--watch/],
  ['--probe-service with --fix', [], { probeService: 'x', fix: true, yes: true }, /--watch, --fix/],
  ['--probe-service with names', ['web'], { probeService: 'overlay-e2e' }, /one manager/],
  ['--fix with weak probes', [], { fix: true, yes: true, privileged: false }, /--no-privileged/],
  ['a bundle and an engine', [], { from: 'x', engine: ['tcp://a'] }, /a file and cannot be/],
  ['a bundle and machines', ['a'], { from: 'x' }, /a file and cannot be/],
  ['a bundle and --fix', [], { from: 'x', fix: true, yes: true }, /--watch and --fix/],
  ['a bundle and --watch', [], { from: 'x', watch: 1 }, /--watch and --fix/],
  ['--bundle and --watch', [], { bundle: 'x', watch: 1 }, /--bundle cannot be combined/],
  ['--issue and --json', [], { issue: 'unexplained', json: true }, /--issue cannot be combined/],
  ['--redact without --bundle', [], { redact: 'names' }, /--redact needs --bundle/],
  ['--fix without a terminal', [], { fix: true }, /no terminal is connected\. Add --yes/],
])('%s is refused', (_title, words, options, expected) => {
  expect(() => refuseContradictions(words, { ...plain, ...options }, false)).toThrow(expected);
});

test('valid combinations are accepted', () => {
  expect(() => {
    refuseContradictions([], { ...plain, fix: true }, true);
    refuseContradictions([], { ...plain, fix: true, yes: true }, false);
    refuseContradictions([], { ...plain, engine: ['tcp://a'], context: ['b'], tlsDir: '.' }, false);
    refuseContradictions(['a', 'b'], { ...plain, watch: 5, probe: false }, false);
  }).not.toThrow();
});
