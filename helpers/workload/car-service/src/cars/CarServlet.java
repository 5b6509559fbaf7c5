package cars;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.SQLException;
import java.util.Optional;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;

/** GET /car/{id}. Starts without a database, and answers as soon as there is one, again and again. */
@SuppressWarnings("serial") // Nobody serializes a servlet.
public final class CarServlet extends HttpServlet {
    private final transient CarJson json = new CarJson();
    private transient CarTable cars;

    @Override
    public void init() throws ServletException {
        try {
            cars = new CarTable(InitialContext.doLookup("java:comp/env/jdbc/cars"));
        } catch (NamingException e) {
            throw new ServletException("no data source jdbc/cars: look at META-INF/context.xml", e);
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String path = request.getPathInfo();
        String id = path == null ? "" : path.substring(1);
        if (!id.matches("-?[0-9]+")) {
            fail(response, HttpServletResponse.SC_BAD_REQUEST, "the id of a car is a number");
            return;
        }
        try {
            Optional<Car> car = find(id);
            if (car.isEmpty()) {
                fail(response, HttpServletResponse.SC_NOT_FOUND, "there is no car " + id);
            } else {
                send(response, HttpServletResponse.SC_OK, to -> json.writeCar(to, car.get()));
            }
        } catch (SQLException e) {
            log("car " + id + ": " + e.getMessage());
            if (isAway(e)) {
                fail(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE, "the database is away");
            } else {
                fail(response, HttpServletResponse.SC_INTERNAL_SERVER_ERROR, e.getMessage());
            }
        }
    }

    private Optional<Car> find(String id) throws SQLException {
        try {
            return cars.find(Long.parseLong(id));
        } catch (NumberFormatException e) {
            // A number, and larger than any that a car can have.
            return Optional.empty();
        }
    }

    /** SQL states of class 08 are connections that failed; the pool's own time-outs have none. */
    private static boolean isAway(SQLException e) {
        return e.getSQLState() == null || e.getSQLState().startsWith("08");
    }

    private void fail(HttpServletResponse response, int status, String error) throws IOException {
        send(response, status, to -> json.writeError(to, error));
    }

    private interface Body {
        void write(OutputStream to) throws IOException;
    }

    private static void send(HttpServletResponse response, int status, Body body)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        body.write(bytes);
        response.setStatus(status);
        response.setContentType("application/json");
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(bytes.size());
        bytes.writeTo(response.getOutputStream());
    }
}
