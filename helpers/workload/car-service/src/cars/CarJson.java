package cars;

import cars.Car.Producer;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.time.format.DateTimeFormatter;
import java.util.Base64;

/** Writes the answers of the service as JSON, in the field order that clients expect. */
final class CarJson {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("dd/MM/uuuu");

    private final JsonFactory json = new JsonFactory();

    void writeCar(OutputStream out, Car car) throws IOException {
        try (JsonGenerator to = json.createGenerator(out)) {
            to.writeStartObject();
            to.writeNumberField("carId", car.carId());
            to.writeStringField("carName", car.carName());
            to.writeStringField("dateOfCreation", DAY.format(car.dateOfCreation()));
            writeProducer(to, car.producer());
            String picture =
                    car.picture() == null ? null : Base64.getEncoder().encodeToString(car.picture());
            to.writeStringField("picture", picture);
            to.writeStringField(
                    "base64EncodedPicture", picture == null ? "Nothing to display" : picture);
            to.writeEndObject();
        }
    }

    void writeError(OutputStream out, String error) throws IOException {
        try (JsonGenerator to = json.createGenerator(out)) {
            to.writeStartObject();
            to.writeStringField("error", error);
            to.writeEndObject();
        }
    }

    private static void writeProducer(JsonGenerator to, Producer producer) throws IOException {
        to.writeObjectFieldStart("producer");
        to.writeNumberField("producerId", producer.producerId());
        to.writeStringField("producerName", producer.producerName());
        to.writeStringField("country", producer.country());
        to.writeNumberField("countOfCars", producer.countOfCars());
        to.writeEndObject();
    }
}
