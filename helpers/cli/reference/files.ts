import { join } from 'node:path';
import { z } from 'zod';
import { diagnosisTitles, type DiagnosisCode, pageOf } from '../../check/codes.ts';
import { documentSchema } from '../../report/audit/audit-document.ts';
import { clusterFileSchema } from '../../topology/cluster-file-schema.ts';
import { topologySchema } from '../../topology/topology-schema.ts';
import { doctorDocument } from '../overlay-e2e/doctor/document.ts';
import { settings } from '../settings.ts';
import { overlayPage } from './command-pages.ts';
import { fieldPage } from './field-pages.ts';
import { fixturesPage } from './fixtures-page.ts';
import { code, page, table } from './markdown.ts';
import { netnsMachinePage } from './netns-machine-page.ts';
import { describeSchema } from './schema-docs.ts';

export const root = join(import.meta.dirname, '../../..');

const topology = describeSchema(topologySchema, {
  file: join(root, 'helpers/topology/topology-schema.ts'),
  name: 'topologySchema',
  title: 'A topology: overlay-e2e up FILE',
});

const clusterFile = describeSchema(clusterFileSchema, {
  file: join(root, 'helpers/topology/cluster-file-schema.ts'),
  name: 'clusterFileSchema',
  title: 'A cluster that exists already: overlay-e2e check FILE',
});

/** All files that are made of the code, from the project's root; `npm run reference` writes them. */
export function referenceFiles(): Readonly<Record<string, string>> {
  return {
    'docs/check.schema.json': json(documentSchema()),
    'docs/doctor.schema.json': json(z.toJSONSchema(doctorDocument)),
    'docs/topology.schema.json': json(topology),
    'docs/cluster.schema.json': json(clusterFile),
    ...inFolder('docs/reference', {
      'README.md': indexPage(),
      'overlay-e2e.md': overlayPage(),
      'netns-machine.md': netnsMachinePage(),
      'environment.md': environmentPage(),
      'topology.md': fieldPage('The fields of a topology', topology, [
        "A file with these fields, in TypeScript, JavaScript or JSON, is what `overlay-e2e up FILE` stands up. In TypeScript its type is `Topology`, by `import type { Topology } from 'overlay-e2e'`; the JSON Schema is [topology.schema.json](../topology.schema.json). The built-in topologies are written the same way: [seed.ts](../../helpers/topology/seed.ts).",
      ]),
      'cluster.md': fieldPage('The fields of a cluster file', clusterFile, [
        "A file with these fields, in TypeScript, JavaScript or JSON, is what [`overlay-e2e check FILE`](../check.md) looks at. In TypeScript its type is `ClusterFile`, by `import type { ClusterFile } from 'overlay-e2e/cluster'`; the JSON Schema is [cluster.schema.json](../cluster.schema.json).",
      ]),
      'fixtures.md': fixturesPage(),
      'diagnoses.md': diagnosesPage(),
    }),
  };
}

/** The table of the environment variables. */
function settingsTable(): string {
  return table(
    ['variable', 'what it decides'],
    settings.map(({ names, decides }) => [names.map(code).join(', '), decides]),
  );
}

function environmentPage(): string {
  return page('Environment variables', [
    settingsTable(),
    'Who reads them:',
    table(
      ['variable', 'read by'],
      settings.map(({ names, of }) => [
        names.map(code).join(', '),
        of
          .filter((one) => one !== 'overlay-e2e')
          .map((one) => (one === 'specs' ? '`npm test` and its parts' : code(one)))
          .join(', '),
      ]),
    ),
    'Those of `netns-machine` stand with its options: [netns-machine](netns-machine.md).',
  ]);
}

function diagnosesPage(): string {
  const entries = Object.entries(diagnosisTitles) as [DiagnosisCode, string][];
  return page('Diagnosis codes', [
    'What `overlay-e2e check` can say is wrong. The codes are stable; each has a page. How they are told from each other: [the diagnoses](../diagnoses/README.md).',
    table(
      ['code', 'what is wrong'],
      entries.map(([one, title]) => [
        `[${code(one)}](${pageOf(one).replace('docs/', '../')})`,
        title,
      ]),
    ),
  ]);
}

function indexPage(): string {
  return page('Reference', [
    [
      '- [overlay-e2e](overlay-e2e.md): commands, options, exit codes',
      '- [netns-machine](netns-machine.md): commands, options',
      '- [Environment variables](environment.md)',
      '- [Fields of a topology](topology.md): `overlay-e2e up FILE`',
      '- [Fields of a cluster file](cluster.md): `overlay-e2e check FILE`',
      '- [Fixtures and matchers](fixtures.md): what specs of your own import',
      '- [Diagnosis codes](diagnoses.md)',
      '- JSON Schemas: [check --json](../check.schema.json), [doctor --json](../doctor.schema.json), [topology](../topology.schema.json), [cluster file](../cluster.schema.json)',
    ].join('\n'),
  ]);
}

function inFolder(folder: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]),
  );
}

function json(document: object): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
