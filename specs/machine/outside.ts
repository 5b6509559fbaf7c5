import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { prepareTools } from '../../helpers/debian/tools.ts';
import { hostAddress } from '../../helpers/netns/network/machine-addresses.ts';
import { findOverlap, readHostRoutes, type Route } from '../../helpers/netns/network/routes.ts';
import { type AddressRange, formatRange, parseRange } from '../../helpers/process/address-range.ts';
import type { NetnsLab } from './netns-lab.ts';

/** A network of the host that no machine belongs to. */
export interface Outside extends AsyncDisposable {
  readonly range: string;
  /** An address of the host, at which a web server listens on `port`. */
  readonly beyond: string;
  readonly port: number;
  /** The address of a host behind it, and the name of this host's network namespace. */
  readonly behind: string;
  readonly behindName: string;
}

/** Adds such a network to the host. */
export async function openOutside(lab: NetnsLab): Promise<Outside> {
  // Each run has other names, because several may run at the same time.
  const own = randomBytes(3).toString('hex');
  const behindName = `e2e-spec-${own}`;
  const outerLink = `e2eo${own}`;
  const { env } = await prepareTools();
  const range = findFreeRange(await readHostRoutes(env));
  const [beyond, behind] = [addressIn(range, 1), addressIn(range, 2)];
  const server = createServer((_request, response) => response.end('hello from beyond\n'));
  const cleanUp = async () => {
    server.close();
    await lab.onHost(`ip netns delete ${behindName} || true; ip link delete ${outerLink} || true`);
  };
  const made = await lab.onHost(`
    ip netns add ${behindName}
    ip link add ${outerLink} type veth peer name eth0 netns ${behindName}
    ip address add ${beyond}/24 dev ${outerLink}
    ip link set ${outerLink} up
    ip -netns ${behindName} address add ${behind}/24 dev eth0
    ip -netns ${behindName} link set eth0 up`);
  // Vitest cleans up after complete fixtures only.
  if (made.exitCode !== 0) await cleanUp();
  expect(made, made.stderr).toMatchObject({ exitCode: 0 });
  server.listen(0, beyond);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    range: formatRange(range),
    beyond,
    port,
    behind,
    behindName,
    [Symbol.asyncDispose]: cleanUp,
  };
}

/** Returns a machine's command that asks the web server, and prints its answer. */
export function askFor({ beyond, port }: Outside): [string, ...string[]] {
  const line = `exec 3<>/dev/tcp/${beyond}/${port}; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3`;
  return ['bash', '-c', line];
}

/**
 * Finds a range of two addresses that the host does not route, from the networks for equipment tests and the private
 * ones.
 */
function findFreeRange(routes: readonly Route[]): AddressRange {
  const third = randomInt(256);
  const candidates = [`198.18.${third}`, `198.19.${third}`, `10.253.${third}`, `172.31.${third}`];
  const ranges = candidates.map((start) => parseRange(`${start}.0/24`));
  const free = ranges.find((range) => findOverlap(routes, range) === undefined);
  if (free === undefined) throw new Error(`this host routes all of ${candidates.join(', ')}`);
  return free;
}

function addressIn(range: AddressRange, last: number): string {
  return hostAddress(range).replace(/\d+$/, `${last}`);
}
