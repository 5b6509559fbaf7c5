import { createHash } from 'node:crypto';
import { glob, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere } from '../../../process/files/read-if-exists.ts';
import { runCommand } from '../../../process/run-command.ts';
import { PATH, SUITE } from '../../../debian/images/base.ts';
import { installFile, installFolders } from '../../../debian/images/install-file.ts';
import { digestOf } from '../../../debian/images/digest-of.ts';
import { type Part, preparePart } from '../../../debian/images/image-part.ts';
import { buildImage } from '../../../debian/images/recipe.ts';
import { PROBE_LABEL } from './describe-probe.ts';

/** An image of the probe, for `docker load`. */
export interface ProbeImage {
  /** A digest of the contents. */
  readonly mark: string;
  readonly archive: string;
}

/** The name, before the digest, of images that checks bring to engines. The last check removes them. */
export const BROUGHT = 'overlay-e2e/probe:';

/** The name, before the digest, of images that the owner of an engine has loaded. Checks do not remove them. */
export const KEPT = 'overlay-e2e/probe-kept:';

const AGENT = join(import.meta.dirname, '../agent');

/** The built image in the single executable, for hosts without Debian's tools. A clone and the package have none. */
const SHIPPED = join(import.meta.dirname, 'shipped');

/**
 * Returns the image of the probe: Perl, the programs that read kernel tables, their libraries, and the agent. Builds it
 * unless the executable has it. It has one layer, because each takes the engine some time.
 */
export async function prepareProbeImage(): Promise<ProbeImage> {
  const mark = readIfThere(join(SHIPPED, 'mark'));
  if (mark !== '') return { mark, archive: join(SHIPPED, 'probe.tar') };
  return await buildNamed('probe', BROUGHT);
}

/**
 * Builds the same image under the name that checks do not remove, for machines that get their images when they are
 * created: an engine needs longer to load and remove the image than to run it.
 */
export async function prepareKeptProbeImage(): Promise<ProbeImage> {
  return await buildNamed('probe-kept', KEPT);
}

async function buildNamed(name: string, prefix: string): Promise<ProbeImage> {
  const programs = await preparePrograms();
  const agent = await readAgent();
  const mark = digestOf([programs.ingredients, agent]);
  const archive = await buildImage({
    name,
    tag: `${prefix}${mark}`,
    config: {
      Entrypoint: ['perl', '/agent/main.pl'],
      Env: [`PATH=${PATH}`],
      Labels: { [PROBE_LABEL]: 'image' },
    },
    parts: async () => ({ layers: [], tools: [programs] }),
    sources: [import.meta.filename, AGENT],
    addLayer: async ({ layer }) => {
      await runCommand('cp', ['--archive', `${programs.root}/.`, layer]);
      for (const file of Object.keys(agent)) {
        await installFile(join(AGENT, file), join(layer, 'agent', file));
      }
    },
  });
  return { mark, archive };
}

async function readAgent(): Promise<Record<string, string>> {
  const names = (await Array.fromAsync(glob('**/*.pl', { cwd: AGENT }))).sort();
  const digests = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(AGENT, name));
      return [name, createHash('sha256').update(text).digest('hex')] as const;
    }),
  );
  return Object.fromEntries(digests);
}

const MODULES =
  'Carp Config Errno Exporter Exporter/Heavy Fcntl POSIX Socket Tie/Hash XSLoader overloading strict vars warnings warnings/register';

const LIBRARIES =
  'libc libm libcrypt libbpf libcap libelf libmnl libpcre2-8 libselinux libz libzstd libnftables libnftnl libjansson libgmp libedit libbsd libmd libtinfo libxtables libip4tc libip6tc';

const PACKAGES =
  'perl-base libc6 libcrypt1 iproute2 libbpf1 libcap2 libelf1t64 libmnl0 libpcre2-8-0 libselinux1 zlib1g libzstd1 ethtool nftables libnftables1 libnftnl11 libjansson4 libgmp10 libedit2 libbsd0 libmd0 libtinfo6 iptables libxtables12 libip4tc2 libip6tc2';

async function preparePrograms(): Promise<Part> {
  return await preparePart({
    name: 'probe',
    suite: SUITE,
    packages: PACKAGES.split(' '),
    keep: [
      'usr/bin/{ip,perl}',
      'usr/sbin/{bridge,ethtool,nft,iptables-legacy-save,iptables-nft-save,xtables-legacy-multi,xtables-nft-multi}',
      `usr/lib/*-linux-gnu*/{${LIBRARIES.replaceAll(' ', ',')}}{.so*,-[0-9]*.so}`,
      'usr/lib/*-linux-gnu*/xtables/lib{xt,ipt}_*.so',
      'usr/lib*/ld-linux*',
      'usr/lib/*-linux-gnu*/ld-linux*',
      `usr/lib/*-linux-gnu*/perl-base/{${MODULES.replaceAll(' ', ',')}}.pm`,
      'usr/lib/*-linux-gnu*/perl-base/auto/{Fcntl,POSIX,Socket}',
    ],
    finish: { ingredients: 1, run: finishRoot },
  });
}

async function finishRoot(root: string): Promise<void> {
  await installFolders(['dev', 'etc', 'proc', 'sys'].map((name) => join(root, name)));
  for (const name of ['bin', 'lib', 'lib64', 'sbin']) {
    await installFolders([join(root, 'usr', name)]);
    await symlink(`usr/${name}`, join(root, name));
  }
}
