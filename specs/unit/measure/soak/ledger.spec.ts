import { describe, expect, test } from 'vitest';
import {
  type LedgerOperation,
  verifyLedger,
  verifyOpenLedger,
} from '../../../../helpers/measure/soak/ledger.ts';

function write(value: number, acknowledged = true): LedgerOperation {
  return { kind: 'write', value, acknowledged };
}

function read(value: number): LedgerOperation {
  return { kind: 'read', value };
}

describe('The verification of a ledger', () => {
  test('accepts a history without violations', () => {
    expect(verifyLedger([read(0), write(1), read(1), write(2), read(2)], [1, 2])).toEqual([]);
  });

  test('accepts writes without an answer, whether they are stored or not', () => {
    const history = [write(1), write(2, false), write(3)];
    expect(verifyLedger(history, [1, 3])).toEqual([]);
    expect(verifyLedger(history, [1, 2, 3])).toEqual([]);
  });

  test('reports acknowledged writes that are lost', () => {
    expect(verifyLedger([write(1), write(2), write(3)], [2])).toEqual([
      '2 writes (1, 3) acknowledged and lost',
    ]);
  });

  test('reports reads that go backward', () => {
    expect(verifyLedger([write(1), write(2), read(1)], [1, 2])).toEqual([
      'a read has 1 after 2 was known',
    ]);
    // Also behind an earlier read of a write without an answer.
    expect(verifyLedger([write(1), write(2, false), read(2), read(1)], [1, 2])).toEqual([
      'a read has 1 after 2 was known',
    ]);
  });

  test('reports values that were never written', () => {
    expect(verifyLedger([write(1)], [1, 7])).toEqual([
      '1 write (7) in the database and never written',
    ]);
  });

  test('of a ledger that is still written ignores later writes, and not values that are read later', () => {
    const history = [write(1), write(2), read(2), write(3)];
    expect(verifyOpenLedger(history, 2, [1, 2, 3])).toEqual([]);
    expect(verifyOpenLedger(history, 2, [1])).toEqual(['1 write (2) acknowledged and lost']);
  });

  test('names some of many values', () => {
    const history = Array.from({ length: 20 }, (_, index) => write(index + 1));
    expect(verifyLedger(history, [])).toEqual([
      '20 writes (1, 2, 3, 4, 5, …) acknowledged and lost',
    ]);
  });
});
