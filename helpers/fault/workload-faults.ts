import type { Container } from '../engine/container.ts';
import { queryDatabase } from '../workload/query-database.ts';
import type { Fault } from './fault.ts';

/** The database has another name for car 1 than the service is expected to give. */
export function renamedCar(database: Container): Fault {
  const rename = async (name: string) => {
    await queryDatabase(database, `UPDATE car SET car_name = '${name}' WHERE car_id = 1`);
  };
  return {
    name: 'car 1 has another name in the database',
    inject: async () => {
      await rename('Stranger');
      return async () => await rename('Cruiser');
    },
  };
}
