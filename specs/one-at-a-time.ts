/**
 * Set-up file of the projects on one cluster, in a run of all projects: Vitest runs files of different projects at the same
 * time only if it also does so with files of the same project. Here, the files of one cluster wait for each other.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll } from 'vitest';

/** Milliseconds; longer than all files of a cluster take, also on a busy machine. */
const limit = 1_200_000;

let release = () => {};

// oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it which fixtures are wanted: none.
beforeAll(async ({}, { file: { projectName = '' } }) => {
  // All workers of a run have the same parent. An abstract socket: the kernel releases it with the process.
  release = await takeTurn(`\0overlay-e2e-specs-${process.ppid}-${projectName}`);
}, limit);

afterAll(() => release());

/** Waits until no other process listens on this path, and listens there itself. The returned function ends the turn. */
async function takeTurn(path: string): Promise<() => void> {
  const waiting = new Set<Socket>();
  const server = createServer((socket) => {
    // A waiting process may end.
    waiting.add(socket.on('error', () => {}));
  });
  for (;;) {
    try {
      server.listen(path);
      await once(server, 'listening');
      return () => {
        server.close();
        for (const socket of waiting) socket.destroy();
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
    // Closed at the end of the other's turn, or refused right after it.
    await new Promise((resolve) =>
      connect(path, () => {})
        .on('error', () => {})
        .on('close', resolve),
    );
  }
}
