// ensure-switch.ts STATE_DIRECTORY: creates the switch of a state directory, if necessary, and prints its range.
import { formatRange } from '../../helpers/process/address-range.ts';
import { openStore } from '../../helpers/netns/state/store.ts';
import { ensureSwitch } from '../../helpers/netns/network/switch.ts';
import { prepareTools } from '../../helpers/debian/tools.ts';

const { env } = await prepareTools();
console.log(formatRange(await ensureSwitch(openStore(process.argv[2]), undefined, env)));
