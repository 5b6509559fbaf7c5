import { writeFileSync } from 'node:fs';
import { activity } from '../../process/activity.ts';
import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import {
  type Crowd,
  type Excess,
  explainExcesses,
  findExcesses,
  isRaisable,
  needsFixedNeighbors,
  raisedValue,
} from './kernel-limits.ts';
import { readLimits, settingFile } from './read-limits.ts';

export interface RoomOptions {
  /** The action for the error: "bring up crowd". */
  readonly tried: string;
  /** True if the user agrees that limits of the kernel are raised until its next boot. */
  readonly raise: boolean;
}

/** The way in which machines must be created to stay within the limits. */
export interface Room {
  /** The number of machines that need permanent neighbor entries for each other; undefined if they need none. */
  readonly fixedNeighbors: number | undefined;
}

/**
 * Finds if the kernel of this computer has room for machines and containers, before any is created. Throws one error with
 * all limits that are too low, unless they can be raised and the user agrees.
 */
export async function requireRoom(crowd: Crowd, { tried, raise }: RoomOptions): Promise<Room> {
  const limits = readLimits();
  const excesses = findExcesses(crowd, limits);
  if (excesses.length > 0) {
    if (!raise || !excesses.every(isRaisable)) {
      throw new HarnessError(explainExcesses(tried, crowd, excesses, limits));
    }
    for (const excess of excesses) await raiseLimit(tried, excess);
  }
  const isCrowded = needsFixedNeighbors(crowd, limits);
  return { fixedNeighbors: isCrowded ? crowd.machines : undefined };
}

async function raiseLimit(tried: string, excess: Excess): Promise<void> {
  const { name, limit } = excess;
  const value = raisedValue(excess);
  await activity('stage', `raise ${name} from ${limit.value} to ${value}`, async () => {
    try {
      writeFileSync(settingFile(name), `${value}\n`);
    } catch (cause) {
      throw new HarnessError({
        code: 'limit-too-low',
        tried,
        observed: `${name} is ${limit.value} and cannot be raised: ${firstLine(cause)}`,
        hint: `raise it on the host: sysctl -w ${name}=${value}`,
        cause,
      });
    }
  });
}
