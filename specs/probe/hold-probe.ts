import { startProbe } from '../../helpers/check/probe/start/start-probe.ts';
import { connectEngine } from '../../helpers/docker/engine.ts';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';

// A separate program for a spec that kills it: STORE MACHINE. It starts a probe, prints a line, and keeps the probe.
const [store = '', machine = ''] = process.argv.slice(2);
const engine = connectEngine(await createNetnsProvider({ store }).inspect(machine));
const probe = await startProbe(engine);
console.log(`a probe on ${probe.host}`);
