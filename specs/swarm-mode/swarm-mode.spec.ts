import { describeComingsAndGoings } from './comings-and-goings.ts';
import { describeKernelsWith, describeKernelsWithout } from './kernel-dependent.ts';
import { test } from './swarm-test.ts';
import { describeMembers } from './members.ts';
import { describeNetworks } from './networks.ts';
import { describeServices } from './services.ts';

// One file, so that all tests share one swarm, which takes longer to create than most of them take.
describeMembers();
describeNetworks();
describeServices();
describeKernelsWith(test);
describeKernelsWithout(test);
describeComingsAndGoings();
