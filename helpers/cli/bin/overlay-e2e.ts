#!/usr/bin/env node
/** The command `overlay-e2e` of the npm package. In a clone it is `helpers/cli/overlay-e2e.sh`. */
import { prepareNode } from './start.ts';

prepareNode('overlay-e2e');
(await import('../start/skip-unused-packages.ts')).skipUnusedPackages();
await import('../overlay-e2e/main.ts');
