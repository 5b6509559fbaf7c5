import { connect } from 'node:net';
import { addAbortSignal } from 'node:stream';
import { buffer } from 'node:stream/consumers';

/** Says something to a TCP port, and gives all that comes back until the other side closes the connection. */
export async function exchangeBytes(
  { address, port }: { readonly address: string; readonly port: number },
  question: Buffer,
  { limit = 5000, signal }: { limit?: number; signal?: AbortSignal | undefined } = {},
): Promise<Buffer> {
  const limits = AbortSignal.timeout(limit);
  const socket = connect({ host: address, port });
  addAbortSignal(signal === undefined ? limits : AbortSignal.any([limits, signal]), socket);
  try {
    socket.write(question);
    return await buffer(socket);
  } finally {
    socket.destroy();
  }
}
