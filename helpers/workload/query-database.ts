import type { CallOptions } from '../docker/connection.ts';
import type { Container } from '../docker/containers/container.ts';
import { HarnessError } from '../process/errors/harness-error.ts';
import { carDatabase } from './car-service.ts';

/** The client has different names in the images of MariaDB and MySQL. */
const client =
  'exec "$(command -v mariadb || command -v mysql)" --batch --skip-column-names --connect-timeout=5 "$@"';

/**
 * Runs SQL in the database's container with the client of its image, and returns the rows: one line each, columns
 * separated by tabs. Throws if the server rejects the SQL.
 */
export async function queryDatabase(
  database: Container,
  sql: string,
  options: CallOptions = {},
): Promise<string> {
  const { name, user, password } = carDatabase;
  const { exitCode, stdout, stderr } = await database.exec(
    ['sh', '-c', client, 'sh', `--user=${user}`, name, `--execute=${sql}`],
    { ...options, env: { MYSQL_PWD: password } },
  );
  if (exitCode === 0) return stdout.trimEnd();
  throw new HarnessError({
    code: 'application-unreachable',
    tried: `${database.machine.name}: "${sql}" in ${database.name}`,
    observed: (stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '',
    hint: `check that it runs, and that it has the database ${name} and its user ${user}`,
    evidence: stderr,
  });
}
