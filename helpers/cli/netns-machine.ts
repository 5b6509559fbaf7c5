import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// Before any of our own modules is loaded: stripping their types anew would take longer than most commands.
const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
enableCompileCache(join(cache, 'overlay-e2e/compiled'));

const [program = 'netns-machine', ...words] = process.argv.slice(2);
const { main } = await import('./netns-machine/main.ts');
process.exitCode = await main(program, words, process.env);
