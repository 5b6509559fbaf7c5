#!/usr/bin/env node
/** The command `netns-machine` of the npm package. In a clone it is `helpers/cli/netns-machine.sh`. */
import { basename } from 'node:path';
import { prepareNode } from './start.ts';

const program = basename(process.argv[1] ?? 'netns-machine', '.js');
prepareNode(program);
(await import('../start/skip-unused-packages.ts')).skipUnusedPackages();
// It may be called by another name, such as docker-machine.
process.argv.splice(2, 0, program);
await import('../netns-machine.ts');
