import { HarnessError, type HarnessErrorParts } from './harness-error.ts';

export interface InputErrorParts extends Omit<HarnessErrorParts, 'tried'> {
  /** What is wrong: an option, a variable, a file with the place in it. */
  readonly subject?: string | undefined;
}

/**
 * What the user typed, set or wrote into a file is wrong; a command that ends with it has exit code 2. Its message is
 * `<subject>: <observed>. <Remedy>.`
 */
export class InputError extends HarnessError {
  override readonly name = 'InputError';

  constructor({ subject = '', ...parts }: InputErrorParts) {
    super({ tried: subject, ...parts });
    // Composed of the fields, out of which secrets are taken.
    const { tried, observed, remedy, evidence } = this;
    const line = tried === '' ? observed : `${tried}: ${observed}`;
    const sentences = remedy === undefined ? line : `${line}. ${toSentence(remedy)}`;
    this.message = evidence === undefined ? sentences : `${sentences}\n${evidence}`;
  }
}

/** Tells whether an error, or each of several, is a wrong input. */
export function isInputError(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isInputError);
  return error instanceof InputError;
}

function toSentence(text: string): string {
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!]$/.test(sentence) ? sentence : `${sentence}.`;
}
