/** What the car service's image has deployed in its Tomcat. */
const webApplication = 'rest-service-provider-1.0-SNAPSHOT';

/** The port on which the application listens, and is published on its machine. */
export const carPort = 8080;

/** What the service answers for car 1, to the letter, while the database is as its image made it. */
export const firstCar =
  '{"carId":1,"carName":"Cruiser","dateOfCreation":"14/10/2015","producer":{"producerId":1,"producerName":"toyota","country":null,"countOfCars":0},"picture":null,"base64EncodedPicture":"Nothing to display"}';

/** The database that the application reads, and the account with which it does: what our database image has. */
export const carDatabase = {
  name: 'cars',
  user: 'cars',
  password: 'cars',
  rootPassword: 'root',
} as const;

/** The URL of a car, on the machine that publishes the service. */
export function carUrl(address: string, id: number | string): string {
  return `http://${address}:${carPort}/${webApplication}/car/${id}`;
}
