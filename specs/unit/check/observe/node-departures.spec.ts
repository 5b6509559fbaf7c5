import { expect, test } from 'vitest';
import { findDepartures } from '../../../../helpers/check/observe/node-departures.ts';
import { serveEngine } from '../../docker/serve-engine.ts';

const options = { limit: 10_000, signal: new AbortController().signal };

/** An event of a node as Docker 26.1.5 reports it, with one changed state. */
function eventOf(node: string, state: string, action = 'update') {
  return {
    Type: 'node',
    Action: action,
    Actor: { ID: node, Attributes: { name: 'worker', 'state.new': state, 'state.old': 'ready' } },
    scope: 'swarm',
    time: 1_764_602_227,
    timeNano: 1_764_602_227_000_000_000,
  };
}

async function departures(events: readonly object[], systemTime = '2026-12-01T15:17:07.9Z') {
  const asked: string[] = [];
  const { engine } = await serveEngine((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://web');
    asked.push([...searchParams].map((pair) => pair.join('=')).join(' '));
    response.setHeader('Content-Type', 'application/json');
    response.end(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  });
  return { found: await findDepartures(engine, systemTime, options), asked };
}

test('The events of the last hour until now say how often each node went down', async () => {
  const { found, asked } = await departures([
    eventOf('one', 'down'),
    eventOf('one', 'ready'),
    eventOf('two', 'down'),
    eventOf('one', 'down'),
    eventOf('two', 'unknown'),
    eventOf('two', 'down', 'remove'),
  ]);
  expect(found).toEqual([
    { nodeId: 'one', times: 2 },
    { nodeId: 'two', times: 1 },
  ]);
  // Until a time that has passed: the engine ends its answer.
  expect(asked).toEqual(['since=1796134627 until=1796138227 filters={"type":["node"]}']);
});

test('Events are not read without the time of the manager', async () => {
  const { found, asked } = await departures([eventOf('one', 'down')], '');
  expect(found).toBeUndefined();
  expect(asked).toEqual([]);
});
