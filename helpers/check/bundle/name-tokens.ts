import { createHmac, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import type { Leaves } from './leaves.ts';

/** Names that Docker or Linux give: they are the same in every cluster. */
const commonNames = new Set([
  '',
  'bridge',
  'docker',
  'docker_gwbridge',
  'host',
  'ingress',
  'localhost',
  'none',
]);

/** An ID, which is also an engine's default for hostnames and aliases. */
const id = /^(?:[\da-f]{12}|[\da-f]{64}|[\da-z]{25})$/;

/** A name with Docker's additions: `tasks.NAME`, `lb-NAME`, `NAME-endpoint`, `NAME.1.ID`. */
const parts =
  /^(tasks\.|lb-|gateway_)?(.*?)(-endpoint|-sbox|(?:\.(?:\d{1,9}|[\da-z]{25}))?\.[\da-z]{25}|\.\d{1,9})?$/s;

/** Returns leaves that add the names of an observation to a set. */
export function collectNames(names: Set<string>): Leaves {
  const name = z.string().transform((one) => {
    names.add(one);
    return one;
  });
  return { name, alias: name, text: z.string() };
}

/** Replaces names by tokens. Their key is random and not kept, so a token cannot be compared with those of known names. */
export class NameTokens {
  readonly #key = randomBytes(32);
  readonly #inText: RegExp | undefined;
  readonly #tokens = new Map<string, string>();

  constructor(names: ReadonlySet<string>) {
    const words = new Set([...names].flatMap(variantsOf).filter((one) => !isKept(one)));
    const patterns = [...words]
      .toSorted((one, other) => other.length - one.length)
      .map((one) => one.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
    this.#inText =
      patterns.length === 0
        ? undefined
        : new RegExp(`(?<![\\dA-Za-z])(?:${patterns.join('|')})(?![\\dA-Za-z])`, 'g');
  }

  ofName(name: string): string {
    const [, before = '', core = '', after = ''] = parts.exec(name) ?? [];
    return isKept(name) || isKept(core) ? name : `${before}${this.#tokenOf(core)}${after}`;
  }

  inText(text: string): string {
    return this.#inText === undefined
      ? text
      : text.replaceAll(this.#inText, (name) => this.#tokenOf(name));
  }

  #tokenOf(name: string): string {
    const known = this.#tokens.get(name);
    if (known !== undefined) return known;
    const digest = createHmac('sha256', this.#key).update(name).digest('hex');
    const token = `name-${digest.slice(0, 10)}`;
    this.#tokens.set(name, token);
    return token;
  }
}

/** Returns the forms of a name in texts: a host also without its domain, an image also without its tag. */
function variantsOf(name: string): string[] {
  const core = parts.exec(name)?.[2] ?? name;
  const host = /^([\w-]+)\.[\w.-]+$/.exec(core)?.[1] ?? core;
  const [image = ''] = core.split('@', 1);
  const tag = image.lastIndexOf(':');
  // A colon before a slash is that of a registry's port.
  return [core, host, tag > image.lastIndexOf('/') ? image.slice(0, tag) : image];
}

function isKept(name: string): boolean {
  return commonNames.has(name) || id.test(name) || isIP(name) !== 0;
}
