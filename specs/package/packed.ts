import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { z } from 'zod';
import { runCommand } from '../../helpers/process/run-command.ts';

const root = join(import.meta.dirname, '../..');

const packed = z.tuple([
  z.object({
    filename: z.string(),
    integrity: z.string(),
    size: z.number(),
    files: z.array(z.object({ path: z.string(), mode: z.number() })),
  }),
]);

/** The packed project. */
export interface PackedProject {
  /** The folder with the tarball, which is removed after the specs of the file. */
  readonly folder: string;
  /** The content of the tarball, built in a separate folder. */
  readonly dist: string;
  readonly tarball: z.infer<typeof packed>[0];
  /** The package.json of the tarball. */
  readonly manifest: Readonly<Record<string, unknown>>;
}

/** Builds and packs the project once for the specs of a file. */
export function packProject(): () => PackedProject {
  const folder = mkdtempSync(join(tmpdir(), 'overlay-e2e-package-'));
  const dist = join(folder, 'dist');
  let project: PackedProject | undefined;
  beforeAll(async () => {
    // Runs: npm run build
    await runCommand('npm', ['run', 'build', '--', dist], { cwd: root, limit: 120_000 });
    // Runs: npm pack ./dist
    const { stdout } = await runCommand('npm', ['pack', dist, '--json'], { cwd: folder });
    const [tarball] = packed.parse(JSON.parse(stdout));
    const manifest = JSON.parse(
      readFileSync(join(dist, 'package.json'), 'utf8'),
    ) as PackedProject['manifest'];
    project = { folder, dist, tarball, manifest };
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    if (project === undefined) throw new Error('the project is packed before the tests');
    return project;
  };
}
