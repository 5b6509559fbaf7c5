import { expect, test } from 'vitest';
import { comparableOutput } from '../../machine-cli/client-output.ts';
import { readRecordings, SWARM_SCENARIO } from '../../machine-cli/recordings.ts';

const outputs = readRecordings(SWARM_SCENARIO)
  .map(({ stdout, stderr }) => stdout + stderr)
  // Of what is told of that bridge, and of the kernel, nothing is compared.
  .map((text) => text.replaceAll(/^(?:.*docker_gwbridge| Kernel Version: ).*\n/gm, ''));

test('what differs from one Swarm to the next does not count', () => {
  const here = `CONTAINER ID   IMAGE     COMMAND   CREATED         STATUS         PORTS     NAMES
14d76f62314e   busybox   "sh"      4 seconds ago   Up 3 seconds             worker-host/c2
`;
  const there = `CONTAINER ID   IMAGE     COMMAND   CREATED              STATUS              PORTS     NAMES
0123456789ab   busybox   "sh"      About a minute ago   Up About a minute             worker-host/c2
`;
  expect(comparableOutput(here)).toBe(comparableOutput(there));
  expect(comparableOutput(here)).toContain('worker-host/c2');
});

test('answers that were asked for at once, and containers that were made at once, come in any order', () => {
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
  ['a line less', () => []],
  ['a line twice', (line) => [line, line]],
  ['another word at the end of a line', (line) => [`${line.trimEnd()}x`]],
  ['another word at its beginning', (line) => [line.replace(/\S/, 'x$&')]],
  ['another node', (line) => [line.replaceAll('worker-host', 'other-host')]],
  ['another address', (line) => [line.replaceAll(/\b(10|192)\.(\d+)/g, '$1.9$2')]],
])('%s is told from what was recorded', (_what, broken) => {
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
