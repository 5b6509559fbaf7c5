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

/** Answers GET /car/{id}. Starts without a database, and recovers whenever the database returns. */
@SuppressWarnings("serial") // A servlet is never serialized.
public final class CarServlet extends HttpServlet {
    private final transient CarJson json = new CarJson();
    private transient CarTable cars;

    @Override
    public void init() throws ServletException {
        try {
            cars = new CarTable(InitialContext.doLookup("java:comp/env/jdbc/cars"));
        } catch (NamingException e) {
            throw new ServletException("no data source jdbc/cars: check META-INF/context.xml", e);
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
            // A number that is too large for the ID of a car.
            return Optional.empty();
        }
    }

    /** Returns true for a failed connection: SQL states of class 08, and timeouts of the pool, which have no state. */
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
