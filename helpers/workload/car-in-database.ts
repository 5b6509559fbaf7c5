import { z } from 'zod';
import type { CallOptions } from '../docker/connection.ts';
import type { Container } from '../docker/containers/container.ts';
import { queryDatabase } from './query-database.ts';

/**
 * Marks a session of a check, for checks at the same time. DO has no effect, applications do not use it, and the server
 * counts it.
 */
const MARK = 'DO 0;';

/**
 * Returns the answer that the car service must give for a car, computed from its row in the database; an empty string
 * if the row does not exist.
 */
export async function readCarFromDatabase(
  database: Container,
  id: number,
  options?: CallOptions,
): Promise<string> {
  const rows = await queryDatabase(
    database,
    `${MARK} SELECT car_id, car_name, DATE_FORMAT(date_of_creation, '%d/%m/%Y'),
      producer_id, producer_name, country, count_of_cars
    FROM car JOIN producer USING (producer_id) WHERE car_id = ${Math.trunc(id)}`,
    options,
  );
  if (rows === '') return '';
  const [carId, carName, dateOfCreation, producerId, producerName, country, count] =
    rows.split('\t');
  return JSON.stringify({
    carId: Number(carId),
    carName,
    dateOfCreation,
    producer: {
      producerId: Number(producerId),
      producerName,
      country: country === 'NULL' ? null : country,
      countOfCars: Number(count),
    },
    picture: null,
    base64EncodedPicture: 'Nothing to display',
  });
}

/** Counters of a database since its start. */
export interface StatementCounts {
  readonly selects: number;
  /** The sessions of checks. Each is marked once, and runs as many SELECTs as the session that counted. */
  readonly sessions: number;
  readonly selectsOfSession: number;
}

const statementCounts = z.object({
  selects: z.int(),
  sessions: z.int(),
  selectsOfSession: z.int(),
});

/** Counts the SELECTs of a database and the sessions of checks, including this one. */
export async function countSelects(
  database: Container,
  options?: CallOptions,
): Promise<StatementCounts> {
  const rows = await queryDatabase(
    database,
    `${MARK} SELECT 1; SHOW SESSION STATUS LIKE 'Com_select'; SHOW GLOBAL STATUS LIKE 'Com_select'; SHOW GLOBAL STATUS LIKE 'Com_do'`,
    options,
  );
  const [selectsOfSession, selects, sessions] = rows
    .split('\n')
    .slice(1)
    .map((row) => Number(row.split('\t')[1]));
  return statementCounts.parse({ selects, sessions, selectsOfSession });
}
