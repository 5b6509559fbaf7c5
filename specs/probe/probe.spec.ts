import { describeCommands } from './commands.ts';
import { describeAttacks } from './attacks.ts';
import { describeLifeTime } from './life-time.ts';
import { describePackets } from './packets.ts';

// One file, so that all tests share one set of machines: creating them takes longer than most tests.
describeCommands();
describePackets();
describeAttacks();
describeLifeTime();
