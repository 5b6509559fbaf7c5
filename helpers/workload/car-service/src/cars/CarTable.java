package cars;

import cars.Car.Producer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.Optional;
import javax.sql.DataSource;

/** Reads cars from the database for each request, so an answer is never older than its request. */
final class CarTable {
    private static final String BY_ID =
            "SELECT car_id, car_name, date_of_creation, picture,"
                    + " producer_id, producer_name, country, count_of_cars"
                    + " FROM car JOIN producer USING (producer_id) WHERE car_id = ?";

    private final DataSource database;

    CarTable(DataSource database) {
        this.database = database;
    }

    Optional<Car> find(long id) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement query = connection.prepareStatement(BY_ID)) {
            query.setLong(1, id);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next() ? Optional.of(read(rows)) : Optional.empty();
            }
        }
    }

    private static Car read(ResultSet row) throws SQLException {
        return new Car(
                row.getInt("car_id"),
                row.getString("car_name"),
                row.getObject("date_of_creation", LocalDate.class),
                new Producer(
                        row.getInt("producer_id"),
                        row.getString("producer_name"),
                        row.getString("country"),
                        row.getInt("count_of_cars")),
                row.getBytes("picture"));
    }
}
