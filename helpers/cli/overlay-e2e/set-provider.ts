import type { Command } from 'commander';

/**
 * Sets E2E_PROVIDER to the value of `--provider`, and removes the option from this process's arguments: in the virtual
 * computer of a user without root, where the command runs again, the variable has another value.
 */
export function setProvider(command: Command): void {
  const { provider } = command.opts<{ provider?: string }>();
  if (provider === undefined) return;
  process.env['E2E_PROVIDER'] = provider;
  const at = process.argv.findIndex((word) => word.startsWith('--provider'));
  process.argv.splice(at, process.argv[at]?.includes('=') ? 1 : 2);
}
