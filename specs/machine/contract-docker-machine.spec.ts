import { fileURLToPath } from 'node:url';
import { createDockerMachineProvider } from '../../helpers/machine/docker-machine/provider.ts';
import { describeProvider } from './contract.ts';

const netnsMachine = fileURLToPath(new URL('../../helpers/cli/netns-machine.sh', import.meta.url));

describeProvider('The provider docker-machine, with netns-machine as its command', {
  open: async (store) => ({
    provider: createDockerMachineProvider({
      env: {
        ...process.env,
        E2E_DOCKER_MACHINE: netnsMachine,
        MACHINE_DRIVER: 'netns',
        MACHINE_STORAGE_PATH: store,
      },
    }),
  }),
});
