/** The program of `overlay-e2e.sh`. */
import { quickenImports } from './quick-imports.ts';
import { skipUnusedPackages } from './skip-unused-packages.ts';

quickenImports();
skipUnusedPackages();
await import('../overlay-e2e/main.ts');
