import { type Diagnosis, identityOf } from '../model/diagnosis.ts';

/** A finding flaps if it appears this often within the window. */
const APPEARANCES = 3;

/** Milliseconds. */
export const WINDOW = 60 * 60_000;

/** The number of findings that are remembered. */
const MOST = 1000;

/** A finding that comes and goes. */
export interface Flapping {
  readonly diagnosis: Diagnosis;
  /** The number of its appearances within the window. */
  readonly appearances: number;
}

interface Remembered {
  diagnosis: Diagnosis;
  isThere: boolean;
  isFlapping: boolean;
  /** The times of its appearances within the window. */
  times: number[];
}

/** Recognizes findings that come and go. Its memory is limited. */
export class FlappingWatch {
  readonly #known = new Map<string, Remembered>();

  /** All findings that flap at present. */
  get flapping(): readonly Flapping[] {
    return [...this.#known.values()]
      .filter(({ isFlapping }) => isFlapping)
      .map(({ diagnosis, times }) => ({ diagnosis, appearances: times.length }));
  }

  /**
   * Takes the findings of a check, and returns the findings that have begun to flap.
   *
   * @param now milliseconds
   */
  note(diagnoses: readonly Diagnosis[], now: number): readonly Flapping[] {
    const present = new Map(diagnoses.map((one) => [identityOf(one), one]));
    for (const [identity, known] of this.#known) {
      known.times = known.times.filter((time) => time > now - WINDOW);
      known.isThere &&= present.has(identity);
      known.isFlapping &&= known.times.length >= APPEARANCES;
      if (!known.isThere && known.times.length === 0) this.#known.delete(identity);
    }
    const begun: Flapping[] = [];
    for (const [identity, diagnosis] of present) {
      const known = this.#known.get(identity) ?? this.#remember(identity, diagnosis);
      known.diagnosis = diagnosis;
      if (known.isThere) continue;
      known.isThere = true;
      known.times.push(now);
      if (known.isFlapping || known.times.length < APPEARANCES) continue;
      known.isFlapping = true;
      begun.push({ diagnosis, appearances: known.times.length });
    }
    return begun;
  }

  #remember(identity: string, diagnosis: Diagnosis): Remembered {
    // A map keeps the order of insertion: the first one is the oldest.
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size >= MOST) this.#known.delete(oldest);
    const known = { diagnosis, isThere: false, isFlapping: false, times: [] };
    this.#known.set(identity, known);
    return known;
  }
}
