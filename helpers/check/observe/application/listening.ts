/** The kernel's number for a socket that listens. */
const LISTEN = '0A';

/** Local addresses at which a socket accepts connections to every address of IPv4. */
const everywhere = new Set(['00000000', '0'.repeat(32)]);

/** Returns true if a socket of /proc/net/tcp or tcp6 listens on that port: `1: 00000000:1F90 00000000:0000 0A …`. */
export function isListening(tables: readonly string[], port: number): boolean {
  return socketsIn(tables).some((socket) => socket.port === port);
}

/** Returns the ports on which sockets listen that accept connections to that IPv4 address, the lowest first. */
export function listeningPorts(tables: readonly string[], address: string): number[] {
  const own = address
    .split('.')
    .toReversed()
    .map((byte) => hexOf(Number(byte)));
  const places = new Set([...everywhere, own.join(''), `0000000000000000FFFF0000${own.join('')}`]);
  const ports = socketsIn(tables).flatMap((socket) =>
    places.has(socket.place) ? socket.port : [],
  );
  return [...new Set(ports)].toSorted((one, other) => one - other);
}

function socketsIn(tables: readonly string[]) {
  return tables
    .flatMap((table) => table.split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([, local = '', , state]) => {
      const [place = '', port = ''] = local.split(':');
      return state === LISTEN ? [{ place, port: Number.parseInt(port, 16) }] : [];
    });
}

function hexOf(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
