import { describe, expect, test } from 'vitest';
import { readMeterLine } from '../../../helpers/measure/meter/meter-lines.ts';
import { readLines, samplesOf } from './recording.ts';

describe('The lines of the meter', () => {
  test('of a real run are read completely', () => {
    const kinds = new Set(readLines().map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(['container', 'late', 'open', 'ready', 'slots']);
    for (const path of [0, 1, 2, 3, 4]) expect(samplesOf(path).length).toBeGreaterThan(80);
  });

  test('have the time of each request and its outcome', () => {
    expect(readMeterLine('slots 7 12 1000.5 0/1500 50/L 51/D 49/!ECONNREFUSED')).toEqual({
      kind: 'slots',
      path: 7,
      samples: [
        { at: 1000.5, outcome: 1.5 },
        { at: 1050.5, outcome: 'no answer' },
        { at: 1101.5, outcome: 'sender down' },
        { at: 1150.5, outcome: 'ECONNREFUSED' },
      ],
    });
  });

  test('have the addresses of a container', () => {
    expect(readMeterLine('address 2 1000.5 10.0.9.3,172.18.0.2')).toEqual({
      kind: 'address',
      container: 2,
      at: 1000.5,
      addresses: ['10.0.9.3', '172.18.0.2'],
    });
  });

  test.for([
    '',
    'slots',
    'slots 1 0 x 0/1',
    'slots 1 0 5 0/?',
    'slots 1 0 5 0/1 nonsense',
    'slots -1 0 5 0/1',
    'ready soon',
    'again',
    'broken 1',
    'container x 5 up',
    'address 1 10.0.9.3',
    'Perl: syntax error',
  ])('that are none are not read: "%s"', (line) => {
    expect(readMeterLine(line)).toBeUndefined();
  });

  test('that give a reason have a short one', () => {
    const line = readMeterLine(`problem 1 ${'x'.repeat(1000)}`);
    expect(line).toMatchObject({ kind: 'problem', why: 'x'.repeat(200) });
  });
});
