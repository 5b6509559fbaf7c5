package cars;

import java.time.LocalDate;

/** One row of the table car, with its producer's row. Names and order are those of the JSON. */
record Car(int carId, String carName, LocalDate dateOfCreation, Producer producer, byte[] picture) {
    record Producer(int producerId, String producerName, String country, int countOfCars) {}
}
