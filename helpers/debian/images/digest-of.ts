import { createHash } from 'node:crypto';
import { processor } from '../processor.ts';

/** Returns a short digest that identifies the product of these ingredients on this kind of processor. */
export function digestOf(ingredients: unknown): string {
  const text = JSON.stringify([processor(), ingredients]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
