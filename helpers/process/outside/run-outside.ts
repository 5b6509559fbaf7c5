// Runs a program outside of a keeper's namespaces: run-outside.ts SOCKET PROGRAM ARGUMENT…
// `uml/rootless/relay.ts` starts it there, as a child of the command that entered the namespaces.
import { writeSync } from 'node:fs';
import { connect } from 'node:net';
import { FrameReader } from './frames.ts';

const [socket = '', file = '', ...args] = process.argv.slice(2);
const connection = connect(socket);
const request = { file, args, cwd: process.cwd(), env: process.env };
connection.write(`${JSON.stringify(request)}\n`);
const reader = new FrameReader();
let code = 255;
connection.on('data', (chunk: Buffer) => {
  for (const { channel, payload } of reader.read(chunk)) {
    if (channel === 'exit') code = Number(payload.toString());
    else write(channel, payload);
  }
});
connection.on('error', (error) => {
  console.error(`run outside of the namespaces: ${error.message}`);
});
connection.on('close', () => {
  process.exitCode = code;
});

/** Descriptor 3 is open only if the caller wants to read it. */
function write(channel: 'output' | 'errors' | 'status', payload: Buffer): void {
  if (channel === 'output') process.stdout.write(payload);
  else if (channel === 'errors') process.stderr.write(payload);
  else {
    try {
      writeSync(3, payload);
    } catch {
      // The caller does not read it.
    }
  }
}
