import type { Flag } from './flags.ts';

/** Options before the command. */
export const GLOBAL_FLAGS: readonly Flag[] = [
  {
    names: ['debug', 'D'],
    kind: 'boolean',
    env: 'MACHINE_DEBUG',
    usage: 'Print debug messages on stderr',
  },
  {
    names: ['storage-path', 's'],
    kind: 'string',
    env: 'MACHINE_STORAGE_PATH',
    usage: 'State directory of the machines',
  },
  {
    names: ['tls-ca-cert'],
    kind: 'string',
    env: 'MACHINE_TLS_CA_CERT',
    usage: 'Not supported',
  },
  { names: ['tls-ca-key'], kind: 'string', env: 'MACHINE_TLS_CA_KEY', usage: 'Not supported' },
  {
    names: ['tls-client-cert'],
    kind: 'string',
    env: 'MACHINE_TLS_CLIENT_CERT',
    usage: 'Not supported',
  },
  {
    names: ['tls-client-key'],
    kind: 'string',
    env: 'MACHINE_TLS_CLIENT_KEY',
    usage: 'Not supported',
  },
  {
    names: ['github-api-token'],
    kind: 'string',
    env: 'MACHINE_GITHUB_API_TOKEN',
    usage: 'Ignored',
  },
  {
    names: ['native-ssh'],
    kind: 'boolean',
    env: 'MACHINE_NATIVE_SSH',
    usage: 'Ignored: machines are entered without SSH',
  },
  {
    names: ['bugsnag-api-token'],
    kind: 'string',
    env: 'MACHINE_BUGSNAG_API_TOKEN',
    usage: 'Ignored',
  },
  { names: ['help', 'h'], kind: 'boolean', usage: 'Print this help' },
  { names: ['version', 'v'], kind: 'boolean', usage: 'Print the version' },
];
