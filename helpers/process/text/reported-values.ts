import { isIP, isIPv4 } from 'node:net';
import { z } from 'zod';

/*
 * Values that engines, key-value stores, gossip and kernels report. No source is trusted: invalid values are refused when
 * they are read, because they end up in requests and in commands that people type on other hosts.
 */

/** An IPv4 or IPv6 address, without a zone. */
export const ipAddress = z
  .string()
  .refine((text) => isIP(text) !== 0 && !text.includes('%'), 'not an IP address');

/** An IP address, or empty for an object that has none yet. */
export const ipAddressOrNone = z.union([z.literal(''), ipAddress], 'not an IP address');

/** `10.0.9.0/24`; also an address with the length of its prefix. */
export const subnet = z.string().refine((text) => {
  const [, address = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  return ipAddress.safeParse(address).success && Number(length) <= (isIPv4(address) ? 32 : 128);
}, 'not a subnet');

export const subnetOrNone = z.union([z.literal(''), subnet], 'not a subnet');

/** `192.168.99.101:2376`, `[fd00::1]:2377`. */
export const addressAndPort = z.string().refine((text) => {
  const [, v6, v4 = '', digits = ''] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  return ipAddress.safeParse(v6 ?? v4).success && port.safeParse(Number(digits)).success;
}, 'not an address with a port');

export const port = z.int().min(1).max(65_535);

/** `02:42:0a:00:09:03` */
export const macAddress = z.string().regex(/^[\da-f]{2}(?::[\da-f]{2}){5}$/i, 'not a MAC address');

export const macAddressOrNone = z.union([z.literal(''), macAddress], 'not a MAC address');

/** The id of a container, an endpoint, a network or a node: hexadecimal, or of base 36 in a swarm. */
export const dockerId = z.string().regex(/^[\da-z]{1,64}$/, 'not an id');

export const dockerIdOrNone = z.union([z.literal(''), dockerId], 'not an id');

/** A hostname that Linux accepts. */
export const hostName = z.string().regex(/^[\dA-Za-z](?:[\w.-]{0,252})$/, 'not a host name');

/** A container's name, with or without the leading slash of the API. */
export const containerName = z
  .string()
  .regex(/^\/?[\dA-Za-z][\w.-]*$/, 'not the name of a container');

/** A network's name: anything that no command takes for an option. */
export const networkName = z.string().regex(/^[^-]/, 'not the name of a network');

/** `consul://192.168.99.100:8500/prefix`, also with several servers. */
export const storeUrl = z
  .string()
  .regex(/^[a-z]\w*:\/\/[\w.,:[\]-]+(?:\/[\w./-]*)?$/i, 'not the URL of a store');

/**
 * Returns true if an address can belong to another machine: it is not unspecified, link-local, multicast or
 * loopback.
 */
export function isOfHost(address: string): boolean {
  if (isIPv4(address)) return !/^(?:0|127|169\.254|22[4-9]|23\d|24\d|25[0-5])\./.test(address);
  return isIP(address) === 6 && !/^(?:::1?$|fe[89ab]|ff|::ffff:)/i.test(address);
}
