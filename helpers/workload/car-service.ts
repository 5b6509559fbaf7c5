/** The web application in the car service's Tomcat. */
const webApplication = 'rest-service-provider-1.0-SNAPSHOT';

/** The port on which the application listens, and is published on its machine. */
export const carPort = 8080;

/** The exact answer of the service for car 1, as long as the database is unchanged. */
export const firstCar =
  '{"carId":1,"carName":"Cruiser","dateOfCreation":"14/10/2015","producer":{"producerId":1,"producerName":"toyota","country":null,"countOfCars":0},"picture":null,"base64EncodedPicture":"Nothing to display"}';

/** The database that the application reads, and its account, as in our database image. */
export const carDatabase = {
  name: 'cars',
  user: 'cars',
  password: 'cars',
  rootPassword: 'root',
} as const;

/** Returns the URL of a car on the machine that publishes the service. */
export function carUrl(address: string, id: number | string): string {
  return `http://${address}:${carPort}/${webApplication}/car/${id}`;
}
