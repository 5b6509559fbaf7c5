// Makes a store's switch, or finds it whole: ensure-switch.ts STORE. Prints its range.
import { formatRange } from '../../helpers/netns/address-range.ts';
import { openStore } from '../../helpers/netns/store.ts';
import { ensureSwitch } from '../../helpers/netns/switch.ts';
import { prepareTools } from '../../helpers/netns/tools.ts';

const { env } = await prepareTools();
console.log(formatRange(await ensureSwitch(openStore(process.argv[2]), undefined, env)));
