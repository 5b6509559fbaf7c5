import type { z } from 'zod';
import { HarnessError } from '../../process/errors/harness-error.ts';

/** Returns the first invalid value of a document, without its content. */
export function describeIssue({ issues }: z.ZodError): string {
  const path = issues[0]?.path.map(String).join('.') ?? '';
  return `invalid value of ${path === '' ? 'the document' : path.slice(0, 200)}`;
}

/** Returns the error for an observation that no bundle can have. */
export function unwritable(error: z.ZodError): HarnessError {
  return new HarnessError({
    code: 'answer-invalid',
    tried: 'write a support bundle',
    observed: describeIssue(error),
    hint: 'report this with the output of check --json',
  });
}
