/** An operation of the only client of the ledger: one after the other. */
export type LedgerOperation =
  | {
      readonly kind: 'write';
      readonly value: number;
      /** False if no answer came: the database may have written it, or not. */
      readonly acknowledged: boolean;
    }
  | {
      readonly kind: 'read';
      /** The largest value; 0 without any. */
      readonly value: number;
    };

/**
 * Verifies the history of a ledger, whose values only increase. Returns the violations, each as a sentence:
 * acknowledged writes that are lost, reads that go backward, and values that were never written.
 *
 * @param final all values in the database at the end
 */
export function verifyLedger(
  history: readonly LedgerOperation[],
  final: readonly number[],
): string[] {
  const stored = new Set(final);
  const written = new Set<number>();
  const lost: number[] = [];
  const backward: string[] = [];
  // The largest value that was acknowledged or read so far: all later reads must have at least this.
  let known = 0;
  for (const operation of history) {
    const { kind, value } = operation;
    if (kind === 'read') {
      if (value < known) backward.push(`a read has ${value} after ${known} was known`);
      known = Math.max(known, value);
      continue;
    }
    written.add(value);
    if (!operation.acknowledged) continue;
    known = Math.max(known, value);
    if (!stored.has(value)) lost.push(value);
  }
  const invented = final.filter((value) => !written.has(value));
  return [
    ...(lost.length > 0 ? [`${countWrites(lost)} acknowledged and lost`] : []),
    ...backward,
    ...(invented.length > 0 ? [`${countWrites(invented)} in the database and never written`] : []),
  ];
}

/**
 * Verifies a ledger that is still written.
 *
 * @param count operations that had ended when the values were read; writes that began later may be among the values
 */
export function verifyOpenLedger(
  history: readonly LedgerOperation[],
  count: number,
  values: readonly number[],
): string[] {
  const ended = history.slice(0, count);
  const writes = ended.filter(({ kind }) => kind === 'write');
  const last = Math.max(0, ...writes.map(({ value }) => value));
  return verifyLedger(
    ended,
    values.filter((value) => value <= last),
  );
}

function countWrites(values: readonly number[]): string {
  const some = values.slice(0, 5).join(', ');
  const more = values.length > 5 ? ', …' : '';
  return `${values.length} ${values.length === 1 ? 'write' : 'writes'} (${some}${more})`;
}
