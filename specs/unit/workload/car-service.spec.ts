import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { carUrl, firstCar } from '../../../helpers/workload/car-service.ts';

const sources = new URL('../../../helpers/workload/car-service/', import.meta.url);

test('a car has the URL of the tutorial', () => {
  expect(carUrl('192.168.99.101', 1)).toBe(
    'http://192.168.99.101:8080/rest-service-provider-1.0-SNAPSHOT/car/1',
  );
});

test('car 1 is the car of the tutorial', () => {
  expect(firstCar).toBe(
    '{"carId":1,"carName":"Cruiser","dateOfCreation":"14/10/2015","producer":{"producerId":1,"producerName":"toyota","country":null,"countOfCars":0},"picture":null,"base64EncodedPicture":"Nothing to display"}',
  );
});

test('every statement of the schema ends with its line, as mariadbd --bootstrap requires', async () => {
  const schema = await readFile(new URL('schema.sql', sources), 'utf8');
  expect(schema).not.toMatch(/;[^\n]/);
  expect(schema).toMatch(/;\n$/);
});
