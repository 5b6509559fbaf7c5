import type { CallOptions } from '../docker/connection.ts';
import type { Container } from '../docker/containers/container.ts';
import { HarnessError } from '../process/errors/harness-error.ts';
import { carDatabase } from './car-service.ts';

/** MariaDB's images have one name for the client, MySQL's the other. */
const client =
  'exec "$(command -v mariadb || command -v mysql)" --batch --skip-column-names --connect-timeout=5 "$@"';

/**
 * Runs SQL in the database's own container, by the client that its image has, and gives the rows: a line each, columns
 * apart by tabs. SQL that is refused is an error.
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
    tried: `${database.machine.name}: «${sql}» in ${database.name}`,
    observed: (stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '',
    remedy: `see whether it runs, and has the database ${name} and its user ${user}`,
    evidence: stderr,
  });
}
