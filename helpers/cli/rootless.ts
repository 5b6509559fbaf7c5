// Runs a command with machines of the provider uml for a user without root: rootless.ts COMMAND…
// With --is-needed as its only argument, the exit code tells whether the user needs that: 0 means yes.
import { firstLine } from '../process/errors/harness-error.ts';
import { needsNamespaces } from '../machine/uml/needs-namespaces.ts';
import { runRootless } from '../uml/rootless/run-rootless.ts';

const [file = '', ...args] = process.argv.slice(2);
if (file === '--is-needed') process.exitCode = needsNamespaces() ? 0 : 1;
else {
  try {
    process.exitCode = await runRootless([file, ...args]);
  } catch (error) {
    console.error(`overlay-e2e: ${firstLine(error)}`);
    process.exitCode = 1;
  }
}
