import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { AuditMetrics } from '../../../helpers/report/metrics/audit-metrics.ts';
import { root } from './pages.ts';

const read = (file: string) => readFileSync(join(root, 'docs', file), 'utf8');

/** Returns the names of our metrics in a text. */
function namesIn(text: string): string[] {
  return [...new Set(text.match(/\boverlay_e2e_\w+/g))].toSorted();
}

async function exportedNames(): Promise<string[]> {
  const { registry } = new AuditMetrics('1.2.3');
  const types = [...(await registry.metrics()).matchAll(/^# TYPE (\w+) (\w+)$/gm)];
  return types
    .map(([, name = '', type]) =>
      type === 'counter' ? `${name.replace(/_total$/, '')}_total` : name,
    )
    .filter((name) => name.startsWith('overlay_e2e_'))
    .toSorted();
}

describe('docs/monitoring', () => {
  test('the page lists every metric, with its labels', async () => {
    const page = read('monitoring.md');
    const rows = page.split('\n').filter((line) => line.startsWith('| `overlay_e2e_'));
    expect(namesIn(rows.join('\n'))).toEqual(await exportedNames());
  });

  test.for(['monitoring/alerts.yml', 'monitoring/dashboard.json'])(
    '%s uses only existing metrics',
    async (file) => {
      const names = namesIn(read(file));
      const exported = new Set(await exportedNames());
      expect(names.length).toBeGreaterThan(5);
      expect(names.filter((name) => !exported.has(name))).toEqual([]);
    },
  );

  test('each alert has a summary and a severity', () => {
    const { groups } = parse(read('monitoring/alerts.yml')) as {
      groups: { rules: { alert: string; labels: object; annotations: object }[] }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    for (const { alert, labels, annotations } of rules) {
      expect(labels, alert).toMatchObject({
        severity: expect.stringMatching(/^(?:critical|warning)$/),
      });
      expect(annotations, alert).toMatchObject({ summary: expect.stringMatching(/\w/) });
    }
  });

  test('each panel of the dashboard has a title, a place and a query', () => {
    const { panels } = JSON.parse(read('monitoring/dashboard.json')) as {
      panels: {
        title: string;
        gridPos: { x: number; y: number; w: number; h: number };
        targets: { expr: string }[];
      }[];
    };
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { title, gridPos, targets } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      expect(
        targets.map(({ expr }) => expr.length > 0),
        title,
      ).toContain(true);
    }
  });
});
