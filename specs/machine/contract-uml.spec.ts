import { createUmlProvider } from '../../helpers/machine/uml/provider.ts';
import { describeProvider } from './contract.ts';

describeProvider('The provider of machines with their own kernel', {
  open: async (store) => ({ provider: createUmlProvider({ store }) }),
});
