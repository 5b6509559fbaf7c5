/** The environment variables that code below the command line reads itself. `cli/settings.ts` explains them. */
export type VariableName =
  | 'E2E_ATTACH'
  | 'E2E_CONSUL_IMAGE'
  | 'E2E_DEBIAN_MIRROR'
  | 'E2E_ENGINE_BUNDLE'
  | 'E2E_ETCD_IMAGE'
  | 'E2E_IMAGES'
  | 'E2E_KEEP'
  | 'E2E_MYSQL_IMAGE'
  | 'E2E_REUSE'
  | 'E2E_SUBNET'
  | 'E2E_SWARM_IMAGE'
  | 'E2E_TOMCAT_IMAGE'
  | 'E2E_ZOOKEEPER_IMAGE'
  | 'GITHUB_ACTIONS'
  | 'GITHUB_STEP_SUMMARY'
  | 'GITHUB_WORKFLOW'
  | 'MACHINE_STORAGE_PATH'
  | 'OVERLAY_E2E_OUTSIDE'
  | 'OVERLAY_E2E_REPORTS'
  | 'PATH'
  | 'XDG_CACHE_HOME'
  | 'XDG_STATE_HOME';

/** Returns the value of an environment variable of this process; undefined if it is unset or empty. */
export function readVariable(name: VariableName): string | undefined {
  return process.env[name] || undefined;
}

/** Returns the whole environment of this process, for the programs that it starts. */
export function wholeEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(entries);
}
