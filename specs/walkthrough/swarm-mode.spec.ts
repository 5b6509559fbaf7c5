import { typePage } from './type-page.ts';

await typePage('docs/swarm-mode.md');
