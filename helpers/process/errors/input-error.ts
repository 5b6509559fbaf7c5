import { HarnessError, type HarnessErrorParts } from './harness-error.ts';

export interface InputErrorParts extends Omit<HarnessErrorParts, 'tried'> {
  /** The wrong input: an option, a variable, or a file with the position in it. */
  readonly subject?: string | undefined;
}

/**
 * Wrong input of the user: an argument, a variable or a file. A command that fails with it exits with code 2. Its message
 * is `<subject>: <observed>. <Hint>.`
 */
export class InputError extends HarnessError {
  override readonly name = 'InputError';

  constructor({ subject = '', ...parts }: InputErrorParts) {
    super({ tried: subject, ...parts });
    // Without a subject, the message begins with the observation.
    if (subject === '') this.message = this.message.replace(/^: /, '');
  }
}

/** Returns true if an error, or each error of an `AggregateError`, is an `InputError`. */
export function isInputError(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isInputError);
  return error instanceof InputError;
}
