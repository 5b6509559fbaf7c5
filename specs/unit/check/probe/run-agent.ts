import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const AGENT = join(import.meta.dirname, '../../../../helpers/check/probe/agent');

const FILES =
  'system loop json namespaces programs files sockets exchanges packets links expected captures listeners trials inject sniff threads';

/** Runs Perl with all parts of the agent loaded, and gives the value of its last expression, by way of JSON. */
export function runAgent(script: string, ...args: readonly string[]): unknown {
  const load = `require "${AGENT}/$_.pl" for qw(${FILES});`;
  const whole = `use strict; use warnings; no warnings "once"; ${load} print Json::encode(do { ${script} });`;
  const { status, stdout, stderr } = spawnSync('perl', ['-e', whole, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status !== 0 || stderr !== '') throw new Error(`perl: exit code ${status}: ${stderr}`);
  return JSON.parse(stdout);
}
