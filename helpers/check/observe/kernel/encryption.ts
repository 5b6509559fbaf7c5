import { firstLine } from '../../../process/errors/harness-error.ts';
import type { EngineView } from '../../model/views/engine-view.ts';
import type {
  EncryptionRule,
  EncryptionTables,
  SecurityPolicy,
  SecurityState,
} from '../../model/views/encryption-view.ts';
import { type Observed, withValue, withoutValue } from '../../model/observed.ts';
import { isIPv4 } from 'node:net';
import { type SavedRules, saveRules } from './firewall.ts';
import { splitWords, wordAfter } from './iptables-rules.ts';
import type { KernelAccess } from './query-kernel.ts';

/** Returns true if the engine lists an encrypted overlay. */
export function hasEncryption(engine: EngineView | undefined): boolean {
  return (engine?.networks ?? []).some(
    ({ driver, options }) => driver === 'overlay' && 'encrypted' in options,
  );
}

/** Reads states, policies and firewall rules with which the host's engine encrypts overlays. */
export async function observeEncryption(
  access: KernelAccess,
  salt: string,
  saved: Promise<SavedRules> = saveRules(access),
): Promise<Observed<EncryptionTables>> {
  try {
    const [texts, { legacy, newer }] = await Promise.all([
      access.probe.encryption(salt, { signal: access.signal }),
      saved,
    ]);
    return withValue({
      states: readStates(texts.state),
      policies: readPolicies(texts.policy),
      rules: [...readEncryptionRules(legacy), ...readEncryptionRules(newer)],
    });
  } catch (error) {
    return withoutValue(firstLine(error));
  }
}

/** Reads `ip xfrm state`: the states of ESP between IPv4 addresses. */
export function readStates(output: string): SecurityState[] {
  return blocksOf(output).flatMap((words): SecurityState[] => {
    const [source, destination] = [wordAfter(words, 'src'), wordAfter(words, 'dst')];
    const spi = readNumber(wordAfter(words, 'spi'));
    if (wordAfter(words, 'proto') !== 'esp' || spi === undefined) return [];
    if (!isAddress(source) || !isAddress(destination)) return [];
    const keys = words.filter((word) => /^(?:digest:[./\dA-Za-z]{43}|hidden)$/.test(word));
    const isKnown = keys.length > 0 && !keys.includes('hidden');
    return [{ source, destination, spi, keyDigest: isKnown ? keys.join(' ') : undefined }];
  });
}

/** Reads `ip xfrm policy`: the policies for outgoing packets with the mark of engines. */
export function readPolicies(output: string): SecurityPolicy[] {
  return blocksOf(output).flatMap((words): SecurityPolicy[] => {
    const [source, destination] = ['src', 'dst'].map((word) =>
      wordAfter(words, word)?.replace(/\/32$/, ''),
    );
    const [mark] = (wordAfter(words, 'mark') ?? '').split('/');
    if (wordAfter(words, 'dir') !== 'out' || readNumber(mark) !== ENGINE_MARK) return [];
    if (wordAfter(words, 'action') === 'block') return [];
    if (!isAddress(source) || !isAddress(destination)) return [];
    const template = words.slice(words.indexOf('tmpl'));
    if (wordAfter(template, 'proto') !== 'esp') return [];
    const port = Number(wordAfter(words, 'dport') ?? 0);
    return [{ source, destination, port, spi: readNumber(wordAfter(template, 'spi')) }];
  });
}

/** The mark of the packets that an engine has encrypted. */
const ENGINE_MARK = 0xd0_c4_e3;

/** Splits the output at lines that begin with `src`; the others are indented. */
function blocksOf(output: string): string[][] {
  return output.split(/^(?=src )/m).map((block) => block.split(/\s+/).filter(Boolean));
}

function isAddress(word: string | undefined): word is string {
  return word !== undefined && isIPv4(word);
}

/** Reads a number like `0x5f3b2a11`, also with a decimal one in parentheses after it. */
function readNumber(word: string | undefined): number | undefined {
  const [, digits] = /^(0x[\da-f]{1,8}|\d{1,10})(?:\(\d+\))?$/.exec(word ?? '') ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** Reads `iptables-save`: the rules of engines for encrypted overlays. */
export function readEncryptionRules(output: string): EncryptionRule[] {
  return output.split(/^\*/m).flatMap((section) => {
    const [table = '', ...lines] = section.split('\n');
    return lines.flatMap((line) => readRule(table, splitWords(line)) ?? []);
  });
}

function readRule(table: string, words: readonly string[]): EncryptionRule | undefined {
  const chain = wordAfter(words, '-A');
  const port = Number(wordAfter(words, '--dport'));
  if (wordAfter(words, '-p') !== 'udp' || !Number.isInteger(port)) return undefined;
  const to = wordAfter(words, '-j');
  const [mark] = (wordAfter(words, '--set-xmark') ?? '').split('/');
  if (table === 'mangle' && chain === 'OUTPUT' && to === 'MARK' && readNumber(mark) === ENGINE_MARK)
    return { effect: 'mark', port, ...matchOf(words) };
  const match = matchOf(words);
  // Without a match for a number, it concerns all overlays and belongs to someone else.
  if (table !== 'filter' || chain !== 'INPUT' || to !== 'DROP' || match.match.length === 0)
    return undefined;
  return { effect: 'drop', port, ...match };
}

/**
 * The match for a VXLAN number. Engines 20.10 have xt_u32 compare the first 24 bits after the VXLAN flags; newer ones have
 * a program of the Berkeley Packet Filter do it, because some kernels lack xt_u32.
 */
function matchOf(words: readonly string[]): Pick<EncryptionRule, 'vni' | 'match'> {
  const u32 = wordAfter(words, '--u32');
  if (u32 !== undefined) {
    const [, , value] = /^0x0>>0x16&0x3c@0xc&0xffffff00=(0x([\da-f]{1,6})00)$/.exec(u32) ?? [];
    const vni = value === undefined ? undefined : Number.parseInt(value, 16);
    return { vni, match: ['-m', 'u32', '--u32', u32] };
  }
  const program = wordAfter(words, '--bytecode');
  if (program === undefined) return { vni: undefined, match: [] };
  const compared = [...program.matchAll(/(?:^|,)21 \d+ \d+ (\d{1,10})(?=,|$)/g)].map(([, one]) =>
    Number(one),
  );
  const [value = 0] = compared;
  // The program shifts the last 8 bits away, which are reserved, or masks them.
  const isShifted = /(?:^|,)116 0 0 8(?=,|$)/.test(program);
  const isMasked = /(?:^|,)84 0 0 4294967040(?=,|$)/.test(program) && value % 256 === 0;
  const isNumber = compared.length === 1 && isShifted !== isMasked;
  return {
    vni: isNumber ? (isShifted ? value : value / 256) : undefined,
    match: ['-m', 'bpf', '--bytecode', program],
  };
}
