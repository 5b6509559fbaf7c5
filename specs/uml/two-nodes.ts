import { BUSYBOX } from '../machine/busybox-image.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';

export const names = ['manager', 'worker'] as const;
export type Node = (typeof names)[number];

/** Runs a script as root on a node, and returns its output. */
export type Inside = (node: Node, script: string) => Promise<string>;

const STAYS = "trap 'exit 0' TERM; while :; do busybox sleep 1 & wait; done";

/** Starts the containers on-manager and on-worker on a network. They start again with their engine. */
export async function runOnBoth(inside: Inside, network: string): Promise<void> {
  for (const node of names) {
    await inside(
      node,
      `docker run -d --restart always --name on-${node} --network ${network} ${BUSYBOX} sh -c "${STAYS}"`,
    );
  }
}

/**
 * Waits until the containers on-manager and on-worker reach each other by name. Each engine learns names and entries of the
 * other one by itself: one direction says nothing about the other.
 */
export async function waitForPath(inside: Inside): Promise<void> {
  for (const node of names) {
    const peer = names.find((one) => one !== node);
    await waitFor(
      `on-${node} reaches on-${peer}`,
      async () => {
        const out = await inside(
          node,
          `docker exec on-${node} busybox ping -c 1 -w 2 on-${peer} 2>&1 || true`,
        );
        // A lookup may take all of the time: "0 packets transmitted, 0 packets received, 0% packet loss".
        return out.includes(' 1 packets received') ? done(undefined) : notYet(out.slice(-200));
      },
      { limit: 120_000 },
    );
  }
}
