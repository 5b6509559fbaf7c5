import { setTimeout as delay } from 'node:timers/promises';
import type { Container } from '../../docker/containers/container.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import { queryDatabase } from '../../workload/query-database.ts';
import { type LedgerOperation, verifyOpenLedger } from './ledger.ts';

/** Milliseconds between two operations, and the time for one. */
const PAUSE = 500;
const LIMIT = 5000;
const TABLE = 'overlay_e2e_ledger';

/** A ledger in the car service's database, which is written until it is closed. */
export interface Ledger extends AsyncDisposable {
  /** Waits until the database answers, and returns the violations so far. */
  verify(): Promise<string[]>;
  /** The number of acknowledged writes. */
  readonly acknowledged: number;
  /** Stops writing, and removes the table if the database answers: a fault may have stopped its container. */
  remove(): Promise<void>;
}

/** Creates the table of the ledger and begins to write: one value, then a read, and again. */
export async function startLedger(database: Container): Promise<Ledger> {
  const query = async (sql: string) => await queryDatabase(database, sql, { limit: LIMIT });
  await query(
    `DROP TABLE IF EXISTS ${TABLE}; CREATE TABLE ${TABLE} (value BIGINT PRIMARY KEY) ENGINE=InnoDB`,
  );
  const history: LedgerOperation[] = [];
  const stop = new AbortController();
  let acknowledged = 0;
  const write = async () => {
    for (let value = 1; !stop.signal.aborted; value += 1) {
      const isAcknowledged = await query(`INSERT INTO ${TABLE} VALUES (${value})`).then(
        () => true,
        () => false,
      );
      history.push({ kind: 'write', value, acknowledged: isAcknowledged });
      if (isAcknowledged) acknowledged += 1;
      const read = await query(`SELECT COALESCE(MAX(value), 0) FROM ${TABLE}`).catch(() => '');
      if (/^\d+$/.test(read)) history.push({ kind: 'read', value: Number(read) });
      await delay(PAUSE, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const writing = write();
  const close = async () => {
    stop.abort();
    await writing;
  };
  return {
    get acknowledged() {
      return acknowledged;
    },
    verify: async () =>
      await waitFor(
        'the ledger: the database answers',
        async () => {
          const ended = history.length;
          const rows = await query(`SELECT value FROM ${TABLE}`).catch(() => undefined);
          if (rows === undefined) return notYet('no answer');
          const values = rows
            .split('\n')
            .filter((row) => row !== '')
            .map(Number);
          return done(verifyOpenLedger(history, ended, values));
        },
        { limit: 60_000, every: 500 },
      ),
    remove: async () => {
      await close();
      await query(`DROP TABLE ${TABLE}`).catch(() => undefined);
    },
    [Symbol.asyncDispose]: close,
  };
}
