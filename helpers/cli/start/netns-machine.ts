/** The program of `netns-machine.sh`. */
import { quickenImports } from './quick-imports.ts';

quickenImports();
await import('../netns-machine.ts');
