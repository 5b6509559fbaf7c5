import { defineConfig } from 'vitest/config';
import { allureReporters } from './helpers/report/vitest-reporters.ts';

/** Every project: what the harness does becomes steps of the report. */
const setupFiles = ['./helpers/report/worker-setup.ts'];

export default defineConfig({
  test: {
    reporters: ['default', ...allureReporters()],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['specs/unit/**/*.spec.ts'],
          setupFiles,
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
    ],
  },
});
