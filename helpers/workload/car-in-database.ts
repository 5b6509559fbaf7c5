import type { CallOptions } from '../engine/connection.ts';
import type { Container } from '../engine/container.ts';
import { queryDatabase } from './query-database.ts';

/** What the car service must answer for that car, as its row is in the database; empty when there is none. */
export async function readCarFromDatabase(
  database: Container,
  id: number,
  options?: CallOptions,
): Promise<string> {
  const rows = await queryDatabase(
    database,
    `SELECT car_id, car_name, DATE_FORMAT(date_of_creation, '%d/%m/%Y'),
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

/** How many SELECTs the database has run since it was started. This question is none. */
export async function countSelects(database: Container, options?: CallOptions): Promise<number> {
  const row = await queryDatabase(database, "SHOW GLOBAL STATUS LIKE 'Com_select'", options);
  return Number(row.split('\t')[1]);
}
