import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  chooseSwarmImage,
  prepareSwarmImage,
  requireSwarmImage,
} from '../../../../helpers/workload/images/swarm.ts';
import { makeElf } from '../../debian/images/elf.ts';

const { arch } = process;
const other = arch === 'x64' ? 'arm64' : 'x64';

async function writeProgram(content: string | Buffer, mode = 0o755): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'swarm-image-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'swarm');
  await writeFile(file, content, { mode });
  return file;
}

async function refusalOf(file: string): Promise<string> {
  const error = await chooseSwarmImage('E2E_SWARM_IMAGE', file).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'HarnessError' });
  const { message } = error as Error;
  expect(message).not.toContain('\n');
  expect(message.startsWith(`E2E_SWARM_IMAGE=${file}: `)).toBe(true);
  return message.slice(`E2E_SWARM_IMAGE=${file}: `.length);
}

describe('an unsuitable image is an error of one line', () => {
  test('a missing file', async () => {
    expect(await refusalOf('/nowhere/swarm')).toBe(
      'file /nowhere/swarm not found. Give the path of a file that docker save wrote or of a static swarm binary, or a tag to pull.',
    );
  });

  test('a file that is neither a program nor an image', async () => {
    expect(await refusalOf(await writeProgram('#!/bin/sh\n'))).toMatch(
      /^neither a static swarm binary nor a file of "docker save": /,
    );
  });

  test('a program for another processor', async () => {
    expect(await refusalOf(await writeProgram(makeElf({ processor: other })))).toBe(
      `it is an executable for another processor than ${arch}. Build swarm for ${arch}.`,
    );
    const of32Bits = makeElf({ processor: arch }).fill(1, 4, 5);
    expect(await refusalOf(await writeProgram(of32Bits))).toContain('for another processor');
  });

  test('a program with a dynamic loader', async () => {
    const elf = makeElf({ processor: arch, dynamic: true });
    expect(await refusalOf(await writeProgram(elf))).toBe(
      'it is linked dynamically, but the image has no libraries. Build it with CGO_ENABLED=0.',
    );
  });

  test('a program that is not swarm', async ({ skip }) => {
    skip(arch !== 'x64', 'the program is one for x64');
    const elf = makeElf({ processor: arch, says: 'curl 8.14.1\nRelease-Date: 2025\n' });
    expect(await refusalOf(await writeProgram(elf))).toBe(
      'it is not classic Swarm: --version printed "curl 8.14.1". Name the path of a static swarm binary.',
    );
  });

  test('a program without execute permission', async () => {
    const elf = makeElf({ processor: arch });
    expect(await refusalOf(await writeProgram(elf, 0o644))).toMatch(
      /^it does not run: .+\. Name the path of a static swarm binary\.$/,
    );
  });
});

describe('the environment', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test('leaves a tag in E2E_SWARM_IMAGE to the engines', async () => {
    vi.stubEnv('E2E_SWARM_IMAGE', 'swarm:1.2.9');
    expect(await prepareSwarmImage()).toEqual({ tag: 'swarm:1.2.9' });
  });

  test('without E2E_SWARM_IMAGE has no image, and requiring one is an error of one line', async () => {
    vi.stubEnv('E2E_SWARM_IMAGE', '');
    expect(await prepareSwarmImage()).toBeUndefined();
    await expect(requireSwarmImage('bring up classic-swarm')).rejects.toThrow(
      'bring up classic-swarm: no image of classic Swarm is named in E2E_SWARM_IMAGE, and no distribution contains one. Set E2E_SWARM_IMAGE to the path of a static swarm binary or of a docker save archive, or to a tag that the engines can pull.',
    );
  });
});
