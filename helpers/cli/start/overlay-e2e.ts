/** The program of `overlay-e2e.sh`. */
import { quickenImports } from './quick-imports.ts';

quickenImports();
await import('../overlay-e2e/main.ts');
