/** `npm run report`: builds the report of the last run again and says where it is. */
import { firstLine } from '../process/harness-error.ts';
import { buildReport } from './build-report.ts';

try {
  process.stdout.write(`${await buildReport()}\n`);
} catch (error) {
  process.stderr.write(`${firstLine(error)}\n`);
  process.exitCode = 1;
}
