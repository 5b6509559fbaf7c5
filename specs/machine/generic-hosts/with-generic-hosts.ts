// with-generic-hosts.ts MACHINE… -- COMMAND…: creates a host for each machine of docker-machine's driver generic, runs
// the command with the environment variables that name the hosts, and removes them. Exits with the command's exit code.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { makeGenericHosts } from './generic-hosts.ts';

const words = process.argv.slice(2);
const at = words.indexOf('--');
const [command, ...args] = words.slice(at + 1);
if (at < 1 || command === undefined) {
  console.error('usage: with-generic-hosts.ts MACHINE… -- COMMAND…');
  process.exit(2);
}

let child: ChildProcess | undefined;
let interrupted = false;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    interrupted = true;
    // Ctrl-C on a terminal also reaches the command itself, so only its end is awaited.
    if (name !== 'SIGINT') child?.kill(name);
  });
}
await using hosts = await makeGenericHosts(words.slice(0, at));
if (interrupted) process.exitCode = 1;
else {
  // The hosts have no egress to a registry.
  const usual = { E2E_PROVIDER: 'docker-machine', E2E_IMAGES: 'build' };
  const env = { ...usual, ...process.env, ...hosts.env };
  child = spawn(command, args, { stdio: 'inherit', env });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}
