import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

/** The files in the executable. */
export interface Packed {
  /** Identifies their content. */
  readonly digest: string;
  /** Sizes in bytes, by path. */
  readonly files: Readonly<Record<string, number>>;
  /** Reads the contents, by path. */
  readonly read: () => Readonly<Record<string, Uint8Array>>;
}

/**
 * Returns the folder with the executable's files: in the cache, where the first call writes them. If this user has no
 * private cache, returns a folder that is removed when this process ends.
 */
export function unpack(packed: Packed, cache: string | undefined = cacheOfUser()): string {
  if (cache === undefined) return unpackForOneCall(packed);
  const folder = join(cache, 'executable', packed.digest);
  if (isWhole(folder, packed)) return folder;
  try {
    mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
    if (!isOwn(cache) || !isOwn(dirname(folder))) return unpackForOneCall(packed);
    const begun = mkdtempSync(`${folder}.begun-`);
    try {
      writeFiles(begun, packed);
      // An incomplete folder, for example after a full disk.
      rmSync(folder, { recursive: true, force: true });
      renameSync(begun, folder);
    } finally {
      rmSync(begun, { recursive: true, force: true });
    }
  } catch {
    // A read-only file system, or another call was faster.
  }
  return isWhole(folder, packed) ? folder : unpackForOneCall(packed);
}

/** The folder that `cacheFolder` returns; undefined without a home directory. */
function cacheOfUser(): string | undefined {
  const xdg = process.env['XDG_CACHE_HOME'] ?? '';
  if (isAbsolute(xdg)) return join(xdg, 'overlay-e2e');
  try {
    return join(homedir(), '.cache/overlay-e2e');
  } catch {
    return undefined;
  }
}

function unpackForOneCall(packed: Packed): string {
  const folder = mkdtempSync(join(tmpdir(), `overlay-e2e-`));
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const inside = join(folder, packed.digest);
  mkdirSync(inside);
  writeFiles(inside, packed);
  return inside;
}

function writeFiles(folder: string, packed: Packed): void {
  for (const [path, content] of Object.entries(packed.read())) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Other users must not be able to change programs that this user runs. */
function isWhole(folder: string, { files }: Packed): boolean {
  try {
    return (
      isOwn(folder) &&
      Object.entries(files).every(([path, size]) => statSync(join(folder, path)).size === size)
    );
  } catch {
    return false;
  }
}

function isOwn(folder: string): boolean {
  const { uid, mode } = lstatSync(folder);
  return uid === process.geteuid?.() && (mode & 0o022) === 0;
}
