import { createHash } from 'node:crypto';

/** Returns a short digest that identifies the product of these ingredients on this kind of processor. */
export function digestOf(ingredients: unknown): string {
  const text = JSON.stringify([process.arch, ingredients]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
