import { afterEach, expect, test } from 'vitest';
import { Interrupted, InterruptionWatch } from '../../../../helpers/process/errors/interruption.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const listeners = new Map(signals.map((name) => [name, process.listeners(name)]));

// An interrupted watch ends with its process, but this process continues.
afterEach(() => {
  for (const name of signals) {
    const own = process.listeners(name).filter((one) => !listeners.get(name)?.includes(one));
    for (const one of own) process.off(name, one);
  }
});

test.for([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s aborts, with exit code %i', ([name, exitCode]) => {
  using watch = new InterruptionWatch();
  process.emit(name);
  expect(watch.signal.aborted).toBe(true);
  expect(watch.interrupted).toBeInstanceOf(Interrupted);
  expect(watch.interrupted?.exitCode).toBe(exitCode);
});

test('the second signal is not reported and does not end the process', () => {
  const told: string[] = [];
  using watch = new InterruptionWatch(({ observed }) => told.push(observed));
  process.emit('SIGTERM');
  process.emit('SIGINT');
  expect(told).toEqual(['interrupted by SIGTERM']);
  expect(watch.interrupted?.exitCode).toBe(143);
});

test('work that fails while a signal arrives is repeated, other failing work is not', async () => {
  using watch = new InterruptionWatch();
  let runs = 0;
  await watch.insistOn(async () => {
    runs += 1;
    if (runs === 3) return;
    process.emit('SIGINT');
    throw new Error('killed by SIGINT');
  });
  expect(runs).toBe(3);
  await expect(watch.insistOn(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});

test('a watch that has ended leaves no handler behind', () => {
  const before = process.listenerCount('SIGINT');
  const watch = new InterruptionWatch();
  watch[Symbol.dispose]();
  expect(process.listenerCount('SIGINT')).toBe(before);
});

test('an interrupted watch still handles signals while the process exits', () => {
  const before = process.listenerCount('SIGHUP');
  const watch = new InterruptionWatch();
  process.emit('SIGINT');
  watch[Symbol.dispose]();
  expect(process.listenerCount('SIGHUP')).toBe(before + 1);
});
