import { connect } from 'node:net';
import { addAbortSignal } from 'node:stream';
import { readBounded } from '../../process/files/read-bounded.ts';

/**
 * Sends bytes to a TCP port and returns the response until the other side closes the connection, 16 MB at most.
 *
 * @throws AnswerTooLarge, and the errors of the socket
 */
export async function exchangeBytes(
  { address, port }: { readonly address: string; readonly port: number },
  request: Buffer,
  { limit = 5000, signal }: { limit?: number; signal?: AbortSignal | undefined } = {},
): Promise<Buffer> {
  const limits = AbortSignal.timeout(limit);
  const socket = connect({ host: address, port });
  addAbortSignal(signal === undefined ? limits : AbortSignal.any([limits, signal]), socket);
  try {
    socket.write(request);
    return await readBounded(socket);
  } finally {
    socket.destroy();
  }
}
