import { describeAsking } from './asking.ts';
import { describeAttacks } from './attacks.ts';
import { describeComingsAndGoings } from './comings-and-goings.ts';
import { describePackets } from './packets.ts';

// One file, so that all share one set of machines: what it takes to make them is more than most of them take.
describeAsking();
describePackets();
describeAttacks();
describeComingsAndGoings();
