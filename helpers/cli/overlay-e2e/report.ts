import { buildReport } from '../../report/run/build-report.ts';
import { reportFailure } from './failure.ts';

/** `overlay-e2e report`: gives the exit code. */
export async function runReport(): Promise<number> {
  try {
    console.log(await buildReport({ again: true }));
    return 0;
  } catch (error) {
    return reportFailure(error);
  }
}
