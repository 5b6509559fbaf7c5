import { expect } from 'vitest';
import type { Kept } from '../perf/perf-result.ts';
import { isHealthy } from './matchers/to-be-healthy.ts';
import { type GetExpectation, gets } from './matchers/to-get.ts';
import { hasNoOutage, recovers } from './matchers/to-recover.ts';
import { keeps } from './matchers/to-keep.ts';
import { type PingExpectation, pings } from './matchers/to-ping.ts';
import { type ReachOptions, reaches } from './matchers/to-reach.ts';
import { type ResolveOptions, resolves } from './matchers/to-resolve.ts';

declare module 'vitest' {
  // oxlint-disable-next-line typescript/no-unused-vars -- Vitest's own has it.
  interface Matchers<T> {
    /**
     * Asserts that a container resolves a name to the address of the topology's container of that name, and to no other.
     *
     *     await expect(lab.container('shop')).toResolve('stock');
     */
    toResolve(name: string, options?: ResolveOptions): Promise<void>;
    /**
     * Asserts that all pings of a container are answered, each once, from the address of the target container.
     *
     *     await expect(lab.container('shop')).toPing('stock', { size: 1422, dontFragment: true });
     */
    toPing(target: string, options?: PingExpectation): Promise<void>;
    /**
     * Asserts that a container resolves a name and connects over TCP. A failure: "shop (counter) does not reach stock:5432
     * over stairs: connection refused after 0.4 ms".
     *
     *     await expect(lab.container('shop')).toReach('stock', { port: 5432 });
     */
    toReach(target: string, options: ReachOptions): Promise<void>;
    /**
     * Asserts that a container gets a page over HTTP.
     *
     *     await expect(lab.container('shop')).toGet('http://stock:8080/tins', { body: 'twelve tins\n' });
     */
    toGet(url: string, expected?: GetExpectation): Promise<void>;
    /**
     * Asserts that a report of `check` is healthy: no findings, and everything requested was examined.
     *
     *     expect(await check.audit()).toBeHealthy();
     */
    toBeHealthy(): void;
    /**
     * Asserts that nothing was broken at the end of a measurement: all paths answer, and the last check has no findings.
     *
     *     expect(await measurement.end()).toRecover();
     */
    toRecover(): void;
    /**
     * Asserts that no path had an outage during a measurement. A lost packet is none.
     *
     *     expect(await measurement.end()).toHaveNoOutage();
     */
    toHaveNoOutage(): void;
    /**
     * Asserts that all paths keep a share of the performance between the hosts, measured in the same runs.
     *
     *     expect(await perf()).toKeep({ throughput: 0.6, p99: 3 });
     */
    toKeep(kept: Kept): void;
  }
}

expect.extend({
  toResolve: resolves,
  toPing: pings,
  toReach: reaches,
  toGet: gets,
  toBeHealthy: isHealthy,
  toRecover: recovers,
  toHaveNoOutage: hasNoOutage,
  toKeep: keeps,
});

export { expect };
