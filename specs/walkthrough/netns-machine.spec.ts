import { typePage } from './type-page.ts';

await typePage('docs/netns-machine.md');
