import { globSync } from 'node:fs';
import { dirname } from 'node:path';

/** Files that the code reads: programs of the probe, parts of images, boot scripts, pages of diagnoses, and the example. */
export function assets(root: string): string[] {
  return [
    ...globSync('helpers/**/*.{sh,pl,java,sql,xml,cnf,options,properties,security}', { cwd: root }),
    ...globSync('docs/{report,diagnoses/*}.md', { cwd: root }),
    'helpers/cli/overlay-e2e/init/workflow.yml',
    'helpers/report/results/known-issues.json',
  ].filter((file) => dirname(file) !== 'helpers/cli');
}

/** Files that have another place in the package: as tests of the package, its linters would report them. */
export const moved: Readonly<Record<string, string>> = {
  'specs/example/topology.ts': 'helpers/cli/overlay-e2e/init/topology.txt',
  'specs/example/overlay.spec.ts': 'helpers/cli/overlay-e2e/init/overlay.spec.txt',
};
