import { isSea } from 'node:sea';
import { reportFailure } from './failure.ts';
import { runByPackage } from './run-by-package.ts';

/** `overlay-e2e report`: gives the exit code. */
export async function runReport(): Promise<number> {
  try {
    if (isSea()) return await runByPackage('report', []);
    const { buildReport } = await import('../../report/run/build-report.ts');
    const { file } = await buildReport({ again: true });
    console.log(file);
    return 0;
  } catch (error) {
    return reportFailure(error);
  }
}
