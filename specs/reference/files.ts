import { join } from 'node:path';
import { z } from 'zod';
import { diagnosisTitles, type DiagnosisCode, pageOf } from '../../helpers/check/model/codes.ts';
import { documentSchema } from '../../helpers/report/findings/audit-document.ts';
import { traceSchema } from '../../helpers/report/findings/trace-document.ts';
import { errorCodes } from '../../helpers/process/errors/error-codes.ts';
import { clusterFileSchema } from '../../helpers/topology/describe/cluster-file-schema.ts';
import { topologySchema } from '../../helpers/topology/topology-schema.ts';
import { doctorDocument } from '../../helpers/cli/overlay-e2e/doctor/document.ts';
import { settings } from '../../helpers/cli/settings.ts';
import { overlayPage } from './command-pages.ts';
import { fieldPage } from './field-pages.ts';
import { fixturesPage } from './fixtures-page.ts';
import { code, page, table } from './markdown.ts';
import { netnsMachinePage } from './netns-machine-page.ts';
import { describeSchema } from './schema-docs.ts';

export const root = join(import.meta.dirname, '../..');

const topology = describeSchema(topologySchema, {
  file: join(root, 'helpers/topology/topology-schema.ts'),
  name: 'topologySchema',
  title: 'A topology: overlay-e2e up FILE',
});

const clusterFile = describeSchema(clusterFileSchema, {
  file: join(root, 'helpers/topology/describe/cluster-file-schema.ts'),
  name: 'clusterFileSchema',
  title: 'An existing cluster: overlay-e2e check FILE',
});

/** Returns all generated files by their path from the project's root; `npm run reference` writes them. */
export function referenceFiles(): Readonly<Record<string, string>> {
  return {
    'docs/check.schema.json': json(documentSchema()),
    'docs/trace.schema.json': json(traceSchema()),
    'docs/doctor.schema.json': json(z.toJSONSchema(doctorDocument)),
    'docs/topology.schema.json': json(topology),
    'docs/cluster.schema.json': json(clusterFile),
    ...inFolder('docs/reference', {
      'README.md': indexPage(),
      'overlay-e2e.md': overlayPage(),
      'netns-machine.md': netnsMachinePage(),
      'environment.md': environmentPage(),
      'topology.md': fieldPage('Fields of a topology', topology, [
        "`overlay-e2e up FILE` brings up the cluster of a TypeScript, JavaScript or JSON file with these fields. The TypeScript type is `import type { Topology } from 'overlay-e2e'`. The JSON Schema is [topology.schema.json](../topology.schema.json). Built-in topologies have the same fields: [seed.ts](../../helpers/topology/seed.ts).",
      ]),
      'cluster.md': fieldPage('Fields of a cluster file', clusterFile, [
        "[`overlay-e2e check FILE`](../check.md) checks the cluster of a TypeScript, JavaScript or JSON file with these fields. The TypeScript type is `import type { ClusterFile } from 'overlay-e2e/cluster'`. The JSON Schema is [cluster.schema.json](../cluster.schema.json).",
      ]),
      'fixtures.md': fixturesPage(),
      'diagnoses.md': diagnosesPage(),
      'errors.md': errorsPage(),
    }),
  };
}

/** Returns the table of the environment variables. */
function settingsTable(): string {
  return table(
    ['variable', 'meaning'],
    settings.map(({ names, decides }) => [names.map(code).join(', '), decides]),
  );
}

function environmentPage(): string {
  return page('Environment variables', [
    settingsTable(),
    'The commands that use them:',
    table(
      ['variable', 'used by'],
      settings.map(({ names, of }) => [
        names.map(code).join(', '),
        of
          .filter((one) => one !== 'overlay-e2e')
          .map((one) => (one === 'specs' ? '`npm test` and its parts' : code(one)))
          .join(', '),
      ]),
    ),
    'For the environment variables of `netns-machine`, see [its options](netns-machine.md).',
  ]);
}

function diagnosesPage(): string {
  const entries = Object.entries(diagnosisTitles) as [DiagnosisCode, string][];
  return page('Diagnosis codes', [
    'Each finding of `overlay-e2e check` has one of these stable codes. [The diagnosis pages](../diagnoses/README.md) explain them and how to tell them apart.',
    table(
      ['code', 'meaning'],
      entries.map(([one, title]) => [
        `[${code(one)}](${pageOf(one).replace('docs/', '../')})`,
        title,
      ]),
    ),
  ]);
}

function errorsPage(): string {
  return page('Error codes', [
    'Each error that overlay-e2e throws has one of these stable codes in its field `code`. The report shows the code of a failed test as the label `error`. Match codes in your own specs; messages may change.',
    table(
      ['code', 'meaning'],
      Object.entries(errorCodes).map(([one, meaning]) => [code(one), meaning]),
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
      '- [Fixtures and matchers](fixtures.md): imports for your own specs',
      '- [Diagnosis codes](diagnoses.md)',
      '- [Error codes](errors.md)',
      '- JSON Schemas: [check --json](../check.schema.json), [trace --json](../trace.schema.json), [doctor --json](../doctor.schema.json), [topology](../topology.schema.json), [cluster file](../cluster.schema.json)',
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
