import { printable, printableLines } from '../text/printable.ts';
import { redactSecrets } from '../text/redact-secrets.ts';
import { toSentence } from '../text/to-sentence.ts';
import type { ErrorCode } from './error-codes.ts';
import { describeSystemError } from './system-error.ts';

/** The parts of a {@link HarnessError}. */
export interface HarnessErrorParts {
  readonly code: ErrorCode;
  /** The subject and the action, such as "machine worker-host: create". */
  readonly tried: string;
  /** The failure that was observed. */
  readonly observed: string;
  /** An instruction for the user: a sentence or a command. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** Details (the end of a log, a command's output); never part of the message's first line. */
  readonly evidence?: string | undefined;
}

/**
 * The error that the harness throws for every failure outside its own code.
 * Its message is one line, `<tried>: <observed>. <Hint>.`; evidence follows in separate lines.
 */
export class HarnessError extends Error {
  /** Stable, in contrast to the message. */
  readonly code: ErrorCode;
  readonly tried: string;
  readonly observed: string;
  readonly hint: string | undefined;
  readonly evidence: string | undefined;

  constructor({ cause, ...parts }: HarnessErrorParts) {
    // The words come from outside, and end up on terminals and in logs.
    const tried = redactSecrets(printable(parts.tried));
    const observed = redactSecrets(printable(parts.observed)).replace(/\.$/, '');
    const hint = parts.hint === undefined ? undefined : printable(parts.hint);
    const evidence =
      parts.evidence === undefined ? undefined : redactSecrets(printableLines(parts.evidence));
    const line =
      hint === undefined ? `${tried}: ${observed}` : `${tried}: ${observed}. ${toSentence(hint)}`;
    super(evidence === undefined ? line : `${line}\n${evidence}`, { cause });
    this.name = 'HarnessError';
    this.code = parts.code;
    this.tried = tried;
    this.observed = observed;
    this.hint = hint;
    this.evidence = evidence;
  }

  /** The message without its evidence. */
  get line(): string {
    return this.message.split('\n', 1)[0] ?? this.message;
  }
}

/** Returns true if an error is a {@link HarnessError} with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): error is HarnessError {
  return error instanceof HarnessError && codes.includes(error.code);
}

/** Returns the first line of any error, printable; for an error of the operating system, the system's description. */
export function firstLine(thrown: unknown): string {
  const reported = describeSystemError(thrown);
  if (reported !== undefined) return printable(reported);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return printable(message.split('\n', 1)[0] ?? message);
}

/** Waits for all promises to settle; several failures become one `AggregateError` that names each. */
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
