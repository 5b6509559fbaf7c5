import { describe, expect, test } from 'vitest';
import { CleanupStack } from '../../../helpers/process/cleanup-stack.ts';

describe('a stack of resources', () => {
  test('releases the last one first, and each one once', async () => {
    const released: string[] = [];
    const stack = new CleanupStack();
    stack.use({ [Symbol.dispose]: () => void released.push('first') });
    stack.use({ [Symbol.asyncDispose]: async () => void released.push('second') });
    await stack[Symbol.asyncDispose]();
    await stack[Symbol.asyncDispose]();
    expect(released).toEqual(['second', 'first']);
  });

  test('releases the others when one cannot be released, and throws its error', async () => {
    const released: string[] = [];
    const stack = new CleanupStack();
    stack.use({ [Symbol.dispose]: () => void released.push('first') });
    stack.use({
      [Symbol.asyncDispose]: async () => {
        throw new Error('second');
      },
    });
    await expect(stack[Symbol.asyncDispose]()).rejects.toThrow(/^second$/);
    expect(released).toEqual(['first']);
  });

  test('throws the errors of several together', async () => {
    const stack = new CleanupStack();
    for (const name of ['first', 'second']) {
      stack.use({
        [Symbol.dispose]: () => {
          throw new Error(name);
        },
      });
    }
    await expect(stack[Symbol.asyncDispose]()).rejects.toThrow('Error: second\nError: first');
  });
});
