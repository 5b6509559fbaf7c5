import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { HarnessError } from '../../process/errors/harness-error.ts';
import type { SendResult, SentPacket } from '../probe/follow.ts';

/** Sends the packet of a trace from this computer: opens and closes a TCP connection, or sends a UDP datagram. */
export async function sendFromHere(
  { number, protocol, destination, port }: Omit<SentPacket, 'namespace' | 'source'>,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<SendResult> {
  const began = performance.now();
  if (protocol === 'icmp') {
    throw new HarnessError({
      code: 'operation-unsupported',
      tried: `trace from here to ${destination}`,
      observed: 'an echo request needs root',
      hint: 'add a port, or send from a container or host',
    });
  }
  const until = AbortSignal.any([signal, AbortSignal.timeout(limit)]);
  const error =
    protocol === 'tcp'
      ? await connectFrom(number, { destination, port }, until)
      : await exchangeFrom(number, { destination, port }, until);
  signal.throwIfAborted();
  const answered = error === undefined;
  return {
    answered,
    from: answered ? destination : undefined,
    error,
    milliseconds: performance.now() - began,
  };
}

interface Port {
  readonly destination: string;
  readonly port: number;
}

async function connectFrom(
  localPort: number,
  { destination: host, port }: Port,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = connect({ host, port, localPort });
  socket.once('connect', () => resolve(undefined));
  socket.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
  const expire = () => resolve('ETIMEDOUT');
  signal.addEventListener('abort', expire);
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', expire);
    socket.destroy();
  }
}

async function exchangeFrom(
  localPort: number,
  { destination, port }: Port,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = createSocket('udp4');
  socket.once('message', () => resolve(undefined));
  socket.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
  const expire = () => resolve('ETIMEDOUT');
  signal.addEventListener('abort', expire);
  socket.bind(localPort, () => {
    socket.connect(port, destination, () => socket.send('overlay-e2e trace'));
  });
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', expire);
    socket.close();
  }
}
