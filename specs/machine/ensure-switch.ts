// Makes a store's switch, or finds it whole: ensure-switch.ts STORE. Prints its range.
import { formatRange } from '../../helpers/process/address-range.ts';
import { openStore } from '../../helpers/netns/state/store.ts';
import { ensureSwitch } from '../../helpers/netns/network/switch.ts';
import { prepareTools } from '../../helpers/debian/tools.ts';

const { env } = await prepareTools();
console.log(formatRange(await ensureSwitch(openStore(process.argv[2]), undefined, env)));
