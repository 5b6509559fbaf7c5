/**
 * `npm run build`: the npm package in `dist/`, or in a folder that an argument names. It has its own package.json;
 * `npm pack ./dist` packs it. It has JavaScript for every Node.js from 22.19, the types of its entry points, and the files that these read.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { oldestNode } from '../helpers/cli/bin/start.ts';
import { assets, moved } from './package-files.ts';

const root = join(import.meta.dirname, '..');
const dist = resolve(process.argv[2] ?? join(root, 'dist'));

interface Manifest {
  readonly exports: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

rmSync(dist, { recursive: true, force: true });
const configuration = join(import.meta.dirname, 'tsconfig.package.json');
execFileSync('tsc', ['--project', configuration, '--outDir', dist], { stdio: 'inherit' });
rewriteExtensions();
keepTypesOf(Object.values(manifest.exports).map(toTypes));
for (const file of [...assets(root), 'README.md', 'LICENSE']) copy(file);
for (const [file, to] of Object.entries(moved)) copy(file, to);
const bins = Object.keys(manifest.bin).map(
  (name) => [name, `./helpers/cli/bin/${name}.js`] as const,
);
for (const [, file] of bins) chmodSync(join(dist, file), 0o755);
writeFileSync(join(dist, 'package.json'), `${JSON.stringify(packageManifest(), null, 2)}\n`);

function copy(file: string, to = file): void {
  mkdirSync(dirname(join(dist, to)), { recursive: true });
  cpSync(join(root, file), join(dist, to));
}

/** TypeScript rewrites the imports of code, not those of declarations. */
function rewriteExtensions(): void {
  for (const file of globSync('**/*.d.ts', { cwd: dist })) {
    const text = readFileSync(join(dist, file), 'utf8');
    writeFileSync(
      join(dist, file),
      text.replaceAll(/((?:from |import\()['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2'),
    );
  }
}

/** Deletes the declarations that no entry point needs. */
function keepTypesOf(entries: readonly string[]): void {
  const needed = new Set<string>();
  const visit = (file: string): void => {
    // An example in a comment may name a file that does not exist.
    if (needed.has(file) || !existsSync(join(dist, file))) return;
    needed.add(file);
    const text = readFileSync(join(dist, file), 'utf8');
    for (const [, path = ''] of text.matchAll(/(?:from |import\(|import )["'](\.[^"']*)["']/g)) {
      visit(relative(dist, resolve(dist, dirname(file), toTypes(path))));
    }
  };
  entries.forEach(visit);
  for (const file of globSync('**/*.d.ts', { cwd: dist })) {
    if (!needed.has(file)) rmSync(join(dist, file));
  }
}

function toTypes(path: string): string {
  return path.replace(/^\.\/(?=helpers\/)/, '').replace(/\.[jt]s$/, '.d.ts');
}

/** Has no scripts, and not the Node.js that a clone brings itself: it would replace the user's own. */
function packageManifest(): object {
  const { name, version, description, license, repository, type } = manifest;
  const { dependencies, peerDependencies } = manifest;
  return {
    name,
    version,
    description,
    license,
    // Findings link to its pages.
    repository,
    type,
    engines: { node: `>=${oldestNode}` },
    bin: Object.fromEntries(bins),
    exports: {
      ...Object.fromEntries(
        Object.entries(manifest.exports).map(([entry, file]) => [
          entry,
          { types: `./${toTypes(file)}`, default: file.replace(/\.ts$/, '.js') },
        ]),
      ),
      './package.json': './package.json',
    },
    dependencies,
    peerDependencies,
  };
}
