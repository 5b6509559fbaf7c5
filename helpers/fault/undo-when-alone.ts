import { once } from 'node:events';

/**
 * The program `undo-when-alone STORE FAULT-ID`. It waits for the end of its standard input, which is the end of
 * the process that injected the fault, and then undoes the fault.
 */
const [store = '', id] = process.argv.slice(2);
process.stdin.resume();
await once(process.stdin, 'end');
const [{ openProvider }, { listFaults }, { undoFault }] = await Promise.all([
  import('../machine/choose-provider.ts'),
  import('./journal.ts'),
  import('./inject-fault.ts'),
]);
const provider = await openProvider({ ...process.env, MACHINE_STORAGE_PATH: store });
const fault = (await listFaults(store)).find((one) => one.id === id);
if (fault !== undefined) await undoFault(provider, fault);
