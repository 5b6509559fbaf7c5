import { expect, test } from 'vitest';
import { comparableOutput } from '../../machine-cli/client-output.ts';
import { readRecordings, SWARM_SCENARIO } from '../../machine-cli/recordings.ts';

const outputs = readRecordings(SWARM_SCENARIO)
  .map(({ stdout, stderr }) => stdout + stderr)
  // Lines about this bridge and the kernel are not compared.
  .map((text) => text.replaceAll(/^(?:.*docker_gwbridge| Kernel Version: ).*\n/gm, ''));

test('values that differ between Swarms are ignored', () => {
  const here = `CONTAINER ID   IMAGE     COMMAND   CREATED         STATUS         PORTS     NAMES
14d76f62314e   busybox   "sh"      4 seconds ago   Up 3 seconds             worker-host/c2
`;
  const there = `CONTAINER ID   IMAGE     COMMAND   CREATED              STATUS              PORTS     NAMES
0123456789ab   busybox   "sh"      About a minute ago   Up About a minute             worker-host/c2
`;
  expect(comparableOutput(here)).toBe(comparableOutput(there));
  expect(comparableOutput(here)).toContain('worker-host/c2');
});

test('concurrent DNS answers, and containers of the same second, are compared in any order', () => {
  const [none, one] = ['', 'Name:\tc2\nAddress: 10.0.9.3\n'].map(
    (answer) => `Non-authoritative answer:\n${answer}\n`,
  );
  expect(comparableOutput(`${none}${one}1: lo\n`)).toBe(comparableOutput(`${one}${none}1: lo\n`));
  const head = 'CONTAINER ID   IMAGE     NAMES\n';
  const [c1, c2] = [
    '14d76f62314e   busybox   master-host/c1\n',
    '0123456789ab   busybox   worker-host/c2\n',
  ];
  expect(comparableOutput(`${head}${c1}${c2}`)).toBe(comparableOutput(`${head}${c2}${c1}`));
  expect(comparableOutput(`${head}${c1}${c2}`)).not.toBe(comparableOutput(`${head}${c1}`));
});

test.each<[what: string, broken: (line: string) => string[]]>([
  ['a missing line', () => []],
  ['a duplicate line', (line) => [line, line]],
  ['another word at the end of a line', (line) => [`${line.trimEnd()}x`]],
  ['another word at the beginning of a line', (line) => [line.replace(/\S/, 'x$&')]],
  ['another node', (line) => [line.replaceAll('worker-host', 'other-host')]],
  ['another address', (line) => [line.replaceAll(/\b(10|192)\.(\d+)/g, '$1.9$2')]],
])('%s is a difference from the recording', (_what, broken) => {
  let count = 0;
  for (const text of outputs) {
    const recorded = comparableOutput(text);
    const lines = text.split('\n').slice(0, -1);
    for (const [at, line] of lines.entries()) {
      const others = broken(line);
      if (line.trim() === '' || (others.length === 1 && others[0] === line)) continue;
      count += 1;
      const answer = `${lines.toSpliced(at, 1, ...others).join('\n')}\n`;
      expect(comparableOutput(answer), `line ${at}: ${line}`).not.toBe(recorded);
    }
  }
  expect(count).toBeGreaterThan(15);
});
