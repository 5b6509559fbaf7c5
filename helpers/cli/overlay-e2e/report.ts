import { buildReport } from '../../report/run/build-report.ts';
import { reportFailure } from './failure.ts';

/** `overlay-e2e report`: gives the exit code. */
export async function runReport(): Promise<number> {
  try {
    const { file } = await buildReport({ again: true });
    console.log(file);
    return 0;
  } catch (error) {
    return reportFailure(error);
  }
}
