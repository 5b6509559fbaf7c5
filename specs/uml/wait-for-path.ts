import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';

/**
 * Waits until the container on-manager reaches the container on-worker.
 *
 * @param inside runs a script as root on a node, and returns its output
 */
export async function waitForPath(
  inside: (node: 'manager', script: string) => Promise<string>,
): Promise<void> {
  await waitFor(
    'the containers reach each other',
    async () => {
      const out = await inside(
        'manager',
        'docker exec on-manager busybox ping -c 1 -w 2 on-worker 2>&1 || true',
      );
      return out.includes(' 0% packet loss') ? done(undefined) : notYet(out.slice(-200));
    },
    { limit: 120_000 },
  );
}
