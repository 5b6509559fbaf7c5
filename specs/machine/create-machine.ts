// create-machine.ts NAME [IMAGE]: creates a machine in a separate process, for tests that kill it.
import { chooseProvider } from '../../helpers/machine/choose-provider.ts';

const [name = '', ...images] = process.argv.slice(2);
const { provider } = await chooseProvider();
await provider.create({ name, images });
