import { printable, printableLines } from '../text/printable.ts';
import { redactSecrets } from '../text/redact-secrets.ts';
import { describeSystemError } from './system-error.ts';

/** What a {@link HarnessError} is made of. */
export interface HarnessErrorParts {
  /** `<action> <subject>`, for instance «machine worker-host: create». */
  readonly tried: string;
  /** What was seen instead of success. */
  readonly observed: string;
  /** What the user can do about it; a sentence, or a command to type. */
  readonly remedy?: string | undefined;
  readonly cause?: unknown;
  /** More for whoever looks closer (a log's tail, a command's output); never part of the message's first line. */
  readonly evidence?: string | undefined;
}

/**
 * The one error that the harness throws for what went wrong outside of its own code.
 * Its message is one line, `<tried>: <observed>; <remedy>`; evidence follows in lines of its own.
 */
export class HarnessError extends Error {
  readonly tried: string;
  readonly observed: string;
  readonly remedy: string | undefined;
  readonly evidence: string | undefined;

  constructor({ cause, ...parts }: HarnessErrorParts) {
    // What went wrong outside is told by others, and ends on terminals and in logs.
    const tried = redactSecrets(printable(parts.tried));
    const observed = redactSecrets(printable(parts.observed));
    const remedy = parts.remedy === undefined ? undefined : printable(parts.remedy);
    const evidence =
      parts.evidence === undefined ? undefined : redactSecrets(printableLines(parts.evidence));
    const line =
      remedy === undefined ? `${tried}: ${observed}` : `${tried}: ${observed}; ${remedy}`;
    super(evidence === undefined ? line : `${line}\n${evidence}`, { cause });
    this.name = 'HarnessError';
    this.tried = tried;
    this.observed = observed;
    this.remedy = remedy;
    this.evidence = evidence;
  }

  /** The message without its evidence. */
  get line(): string {
    return this.message.split('\n', 1)[0] ?? this.message;
  }
}

/** The first line of whatever was thrown, as a terminal may show it; of what the operating system reported, its words. */
export function firstLine(thrown: unknown): string {
  const reported = describeSystemError(thrown);
  if (reported !== undefined) return printable(reported);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return printable(message.split('\n', 1)[0] ?? message);
}

/** Runs all side by side and waits for every one; several failures become one `AggregateError` that names each. */
export async function allSettled<T>(tried: string, all: Iterable<Promise<T>>): Promise<T[]> {
  const settled = await Promise.allSettled(all);
  const failures = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) {
    throw new AggregateError(
      failures,
      `${tried}: ${failures.length} failed: ${failures.map(firstLine).join('; ')}`,
    );
  }
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}
