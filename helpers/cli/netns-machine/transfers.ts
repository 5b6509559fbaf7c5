import { say } from './context.ts';

/** From now on says what is downloaded or built for a machine: that takes seconds or minutes, the first time. */
export async function tellOfTransfers(machine: string): Promise<void> {
  const { onActivity } = await import('../../process/activity.ts');
  onActivity({
    start: ({ kind, title }) => {
      if (kind === 'transfer') say(`(${machine}) ${title}: once, into the cache...`);
    },
  });
}
