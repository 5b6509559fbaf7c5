import { createHash } from 'node:crypto';
import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { architecture } from '../processor.ts';
import { type Layer, packTar } from './pack-layer.ts';

/** The defaults of a container of the image, in the terms of Docker's image configuration. */
export interface ContainerDefaults {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly WorkingDir?: string;
  readonly ExposedPorts?: Readonly<Record<string, Record<string, never>>>;
  readonly Volumes?: Readonly<Record<string, Record<string, never>>>;
  readonly Labels?: Readonly<Record<string, string>>;
}

export interface ArchiveRequest {
  /** The image's tag: `docam/tomcat:latest`. */
  readonly tag: string;
  /** The layers, from the bottom up. */
  readonly layers: readonly Layer[];
  readonly config: ContainerDefaults;
}

/** Writes the tar file that `docker save` would write, without an engine, for `docker load`. */
export async function writeArchive(file: string, request: ArchiveRequest): Promise<void> {
  const { tag, layers, config } = request;
  const parts = `${file}.parts`;
  await mkdir(parts);
  const names = layers.map(({ diffId }) => `${diffId.replace('sha256:', '')}.tar`);
  await Promise.all(
    layers.map((layer, index) => link(layer.file, join(parts, names[index] ?? ''))),
  );
  const image = JSON.stringify({
    architecture: architecture(),
    os: 'linux',
    // A real time would change the image's ID at each build.
    created: '1970-01-01T00:00:00Z',
    config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(() => ({ created: '1970-01-01T00:00:00Z', created_by: 'overlay-e2e' })),
  });
  const configName = `${createHash('sha256').update(image).digest('hex')}.json`;
  await writeFile(join(parts, configName), image);
  const manifest = [{ Config: configName, RepoTags: [tag], Layers: names }];
  await writeFile(join(parts, 'manifest.json'), JSON.stringify(manifest));
  await packTar(parts, ['manifest.json', configName, ...names], file);
  await rm(parts, { recursive: true });
}
