/** The program of `netns-machine.sh`. */
import { quickenImports } from './quick-imports.ts';
import { skipUnusedPackages } from './skip-unused-packages.ts';

quickenImports();
skipUnusedPackages();
await import('../netns-machine.ts');
