import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';

const nodes = ['manager', 'worker'] as const;
type Node = (typeof nodes)[number];

/**
 * Waits until the containers on-manager and on-worker reach each other by name. Each engine learns names and entries of the
 * other one by itself: one direction says nothing about the other.
 *
 * @param inside runs a script as root on a node, and returns its output
 */
export async function waitForPath(
  inside: (node: Node, script: string) => Promise<string>,
): Promise<void> {
  for (const node of nodes) {
    const peer = nodes.find((one) => one !== node);
    await waitFor(
      `on-${node} reaches on-${peer}`,
      async () => {
        const out = await inside(
          node,
          `docker exec on-${node} busybox ping -c 1 -w 2 on-${peer} 2>&1 || true`,
        );
        return out.includes(' 0% packet loss') ? done(undefined) : notYet(out.slice(-200));
      },
      { limit: 120_000 },
    );
  }
}
