import { expect, test } from 'vitest';
import { overlayPlugin } from '../../../../helpers/api/vitest/report-at-exit.ts';
import { allureReporters } from '../../../../helpers/report/vitest/vitest-reporters.ts';

/** Configures a run with that many projects, and returns its reporters. */
function configure(reporters: unknown[], projects: number, writesReport = true): unknown[] {
  const vitest = { config: { watch: false, teardownTimeout: 10_000, reporters } };
  for (let group = 1; group <= projects; group += 1) {
    const project = { config: { sequence: {} } };
    const { configureVitest } = overlayPlugin(group, writesReport);
    if (typeof configureVitest !== 'function') throw new Error('the plugin configures Vitest');
    configureVitest.call({} as never, { vitest, project } as never);
    expect(project.config.sequence).toEqual({ groupOrder: group });
  }
  expect(vitest.config.teardownTimeout).toBe(120_000);
  return reporters;
}

test('a run of several topologies has one report: two of them would make its tests wait forever', () => {
  const own = configure([['default', {}]], 3);
  expect(own).toHaveLength(3);
  expect(own[0]).toEqual(['default', {}]);
});

test('a configuration with the reporters of the report keeps them, and builds the report itself', () => {
  const [reporter] = allureReporters();
  expect(configure([reporter], 2)).toEqual([reporter]);
});

test('a run without a report gets no reporters', () => {
  expect(configure([], 2, false)).toEqual([]);
});
