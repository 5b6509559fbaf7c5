import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { describeProvider } from './contract.ts';

describeProvider('The built-in provider', {
  open: async (store) => ({ provider: createNetnsProvider({ store }) }),
});
