// hold-machine.ts FOLDER [remove]: creates a machine in FOLDER/store, then waits to be killed. With "remove", it removes the
// folder at the end of its input, and creates no machine.
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { guardStore } from './store-guard.ts';

const [folder = '', mode] = process.argv.slice(2);
const store = join(folder, 'store');
guardStore(folder, store);
if (mode === 'remove') {
  await once(process.stdin.resume(), 'end');
  await rm(folder, { recursive: true });
} else {
  await createNetnsProvider({ store }).create({ name: 'one' });
  console.log('created');
  setInterval(() => {}, 60_000);
}
