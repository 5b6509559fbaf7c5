package cars;

import java.time.LocalDate;

/** A row of the table car with its producer. Names and order are those of the JSON. */
record Car(int carId, String carName, LocalDate dateOfCreation, Producer producer, byte[] picture) {
    record Producer(int producerId, String producerName, String country, int countOfCars) {}
}
