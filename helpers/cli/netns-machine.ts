import { main } from './netns-machine/main.ts';
import { guardStandardStreams } from './standard-streams.ts';

// It is this process's own, set by the script that starts it, and nothing that a machine should get.
delete process.env['NODE_COMPILE_CACHE'];

const [program = 'netns-machine', ...words] = process.argv.slice(2);
guardStandardStreams(program, '--debug');
process.exitCode = await main(program, words, process.env);
