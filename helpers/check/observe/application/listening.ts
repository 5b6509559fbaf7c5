/** The kernel's number for a socket that listens. */
const LISTEN = '0A';

/** Returns true if a socket of /proc/net/tcp or tcp6 listens on that port: `1: 00000000:1F90 00000000:0000 0A …`. */
export function isListening(tables: readonly string[], port: number): boolean {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return tables
    .flatMap((table) => table.split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .some(([, local, , state]) => state === LISTEN && local?.split(':')[1] === wanted);
}
