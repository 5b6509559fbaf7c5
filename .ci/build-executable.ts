/**
 * `npm run build:executable`: the single executables in `dist-executable/`, or in a folder that an argument names. A
 * further argument, `x64` or `arm64`, builds only that one. Each is a Node.js with all commands, the files that these
 * read, and the image of the probe.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { serialize } from 'node:v8';
import { constants, zstdCompressSync } from 'node:zlib';
import { execFileSync } from 'node:child_process';
import { inject } from 'postject';
import { type Plugin, rolldown } from 'rolldown';
import { prepareProbeImage } from '../helpers/check/probe/start/probe-image.ts';
import { childPrograms } from '../helpers/cli/executable/choose-program.ts';
import { isUnused } from '../helpers/cli/start/skip-unused-packages.ts';
import { forProcessor, type Processor, PROCESSORS } from '../helpers/debian/processor.ts';
import { assets, moved } from './package-files.ts';

const root = join(import.meta.dirname, '..');
const into = resolve(process.argv[2] ?? join(root, 'dist-executable'));
const [, , , only] = process.argv;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly repository?: unknown;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

/** Only Vitest's projects have them. */
const external = [/^@allurereport\//, /^allure-/, /^vitest(?:\/|$)/];

/** All modules are in the root of the unpacked folder; all other files have the paths of the clone. */
const keepPlaces: Plugin = {
  name: 'keep-places',
  transform(code, id) {
    if (!id.startsWith(join(root, 'helpers/')) || !code.includes('import.meta.')) return null;
    const path = relative(root, id).replace(/\.ts$/, '.js');
    const folder = path.replace(/\/[^/]*$/, '');
    return code
      .replaceAll('import.meta.dirname', `(import.meta.dirname + ${JSON.stringify(`/${folder}`)})`)
      .replaceAll('import.meta.filename', `(import.meta.dirname + ${JSON.stringify(`/${path}`)})`)
      .replaceAll(
        'import.meta.url',
        `new URL(${JSON.stringify(`./${path}`)}, import.meta.url).href`,
      );
  },
};

const omitUnused: Plugin = {
  name: 'omit-unused',
  resolveId: (source, importer) => (isUnused(source, importer) ? 'unused-package' : null),
  load: (id) => (id === 'unused-package' ? 'export default {};' : null),
};

const work = mkdtempSync(join(tmpdir(), 'overlay-e2e-executable-'));
try {
  const [starter, programs] = [join(work, 'main.cjs'), join(work, 'programs')];
  await bundleStarter(starter);
  await bundlePrograms(programs);
  mkdirSync(into, { recursive: true });
  for (const processor of PROCESSORS.filter((one) => only === undefined || one === only)) {
    const file = join(into, `overlay-e2e-linux-${processor}`);
    await build(processor, starter, programs, file);
    console.log(`${relative('', file)}: ${(statSync(file).size / 1e6).toFixed(1)} MB`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function bundleStarter(file: string): Promise<void> {
  const bundle = await rolldown({
    input: join(root, 'helpers/cli/executable/main.ts'),
    platform: 'node',
  });
  await bundle.write({ file, format: 'cjs', minify: true });
}

async function bundlePrograms(dir: string): Promise<void> {
  const bundle = await rolldown({
    input: {
      'overlay-e2e': join(root, 'helpers/cli/overlay-e2e/main.ts'),
      'netns-machine': join(root, 'helpers/cli/netns-machine.ts'),
      rootless: join(root, 'helpers/cli/rootless.ts'),
      'run-outside': join(root, 'helpers/process/outside/run-outside.ts'),
    },
    platform: 'node',
    external,
    // Its CommonJS build finds its own modules only at run time.
    resolve: { alias: { 'jsonc-parser': join(root, 'node_modules/jsonc-parser/lib/esm/main.js') } },
    // Libraries in CommonJS read them, for files that nothing here uses.
    transform: { define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' } },
    plugins: [omitUnused, keepPlaces],
  });
  await bundle.write({ dir, format: 'esm', chunkFileNames: '[name]-[hash].js', minify: true });
}

/** Builds the executable for one processor. */
async function build(
  processor: Processor,
  starter: string,
  programs: string,
  file: string,
): Promise<void> {
  const contents: Record<string, Uint8Array> = {};
  const add = (path: string, from: string) => {
    contents[path] = readFileSync(from);
  };
  for (const path of globSync('*.js', { cwd: programs })) add(path, join(programs, path));
  for (const path of assets(root)) add(path, join(root, path));
  for (const [path, to] of Object.entries(moved)) add(to, join(root, path));
  for (const path of globSync('helpers/{workload,check/probe}/**/*.ts', { cwd: root })) {
    // Recipes of images contain a digest of this source.
    if (readFileSync(join(root, path), 'utf8').includes('import.meta.filename')) {
      add(path.replace(/\.ts$/, '.js'), join(root, path));
    }
  }
  const { name, version, repository } = manifest;
  const own = { name, version, repository, type: 'module' };
  contents['package.json'] = Buffer.from(JSON.stringify(own));
  contents['import.cjs'] = Buffer.from('module.exports = (file) => import(file);');
  // A call of a child program names these files; the executable reads only the names.
  for (const path of Object.keys(childPrograms)) contents[path] ??= new Uint8Array();
  const { mark, archive } = await forProcessor(processor, prepareProbeImage);
  add('helpers/check/probe/start/shipped/probe.tar', archive);
  contents['helpers/check/probe/start/shipped/mark'] = Buffer.from(mark);

  const packed = serialize(contents);
  const digest = createHash('sha256').update(packed).digest('hex').slice(0, 16);
  const files = Object.fromEntries(
    Object.entries(contents).map(([path, content]) => [path, content.byteLength]),
  );
  const place = (one: string) => join(work, `${processor}-${one}`);
  writeFileSync(place('index.json'), JSON.stringify({ digest, version, files }));
  writeFileSync(
    place('files'),
    zstdCompressSync(packed, { params: { [constants.ZSTD_c_compressionLevel]: 12 } }),
  );
  const [configuration, blob] = [place('sea.json'), place('blob')];
  writeFileSync(
    configuration,
    JSON.stringify({
      main: starter,
      output: blob,
      disableExperimentalSEAWarning: true,
      assets: { 'index.json': place('index.json'), files: place('files') },
    }),
  );
  execFileSync(process.execPath, ['--experimental-sea-config', configuration], { stdio: 'pipe' });
  const begun = `${file}.begun`;
  copyFileSync(provideNode(processor), begun);
  chmodSync(begun, 0o755);
  // The marker is Node's: https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html
  const marker = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
  await inject(begun, 'NODE_SEA_BLOB', readFileSync(blob), { sentinelFuse: marker });
  renameSync(begun, file);
}

/** Returns Node.js for a processor: from this clone, or from npm's registry with the digest in the lock file. */
function provideNode(processor: Processor): string {
  const name = `node-linux-${processor}`;
  const installed = join(root, 'node_modules', name, 'bin/node');
  if (existsSync(installed)) return installed;
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly integrity: string }>>;
  };
  const wanted = `${name}@${manifest.optionalDependencies[name]}`;
  const options = { cwd: work, encoding: 'utf8', stdio: 'pipe' } as const;
  const [answer] = JSON.parse(execFileSync('npm', ['pack', wanted, '--json'], options)) as {
    readonly filename: string;
  }[];
  const tarball = join(work, answer?.filename ?? '');
  const digest = createHash('sha512').update(readFileSync(tarball)).digest('base64');
  if (`sha512-${digest}` !== packages[`node_modules/${name}`]?.integrity) {
    throw new Error(`${wanted}: other content than in package-lock.json`);
  }
  execFileSync('tar', ['--extract', '--file', tarball, 'package/bin/node'], { cwd: work });
  return join(work, 'package/bin/node');
}
