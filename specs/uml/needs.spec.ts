import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { kernelFeatures } from '../../helpers/machine/kernel-feature.ts';
import { tryHostKernel } from '../../helpers/machine/try-kernel.ts';
import { test } from '../topology/lab.ts';

const page = await readFile(join(import.meta.dirname, '../../docs/topologies.md'), 'utf8');

test('A topology with an encrypted network gets its own kernels if this kernel cannot encrypt', async ({
  lab,
}) => {
  const [, text = ''] = /## Kernel features.*?```ts\n(.*?)```/s.exec(page) ?? [];
  const folder = await mkdtemp(join(tmpdir(), 'uml-needs-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'secret.ts'), text);
  const answers = [await tryHostKernel('ipvs'), await tryHostKernel('esp')];
  const missing = answers.flatMap((answer) => (answer.can ? [] : [answer.reason]));

  const up = await lab.runIn(folder, 'up', './secret.ts', '--json');
  expect(up, up.stderr).toMatchObject({ exitCode: 0 });
  const { machines } = JSON.parse(up.stdout) as { machines: { name: string; kernel?: string }[] };
  const kernel = missing.length > 0 ? { kernel: 'own' } : {};
  expect(machines).toMatchObject([
    { name: 'one', ...kernel },
    { name: 'two', ...kernel },
  ]);
  const said = up.stderr
    .split('\n')
    .filter((line) => line.includes('machines get their own kernel'));
  if (missing.length === 0) expect(said).toEqual([]);
  else expect(said.join('\n')).toContain(missing.join(', and '));

  const again = await lab.runIn(folder, 'up', './secret.ts', '--json', '--reuse');
  expect(again, again.stderr).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(again.stdout)).toEqual(JSON.parse(up.stdout));
  const down = await lab.run('down');
  expect(down, down.stderr).toMatchObject({ exitCode: 0 });
});

test('The page names all kernel features that a topology can need', () => {
  const [, section = ''] = /## Kernel features\n\n(.*?)\n/s.exec(page) ?? [];
  expect(kernelFeatures.filter((feature) => !section.includes(`\`${feature}\``))).toEqual([]);
});
