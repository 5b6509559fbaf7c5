/** The state as in `ls`. */
export type HostState = 'Running' | 'Stopped' | 'Error' | 'Timeout';

/** A machine's config.json, as far as this command line reads it. The whole of it is printed by `inspect`. */
export interface HostConfig {
  readonly Driver: {
    readonly IPAddress?: string;
    readonly URL?: string;
    /** True if a machine of the driver `netns` or `uml` has egress. */
    readonly Egress?: boolean;
  };
  readonly DriverName: string;
  readonly HostOptions: {
    readonly EngineOptions: { readonly Labels?: readonly string[] | null };
    readonly SwarmOptions: {
      readonly IsSwarm: boolean;
      readonly Master: boolean;
      readonly Discovery: string;
      readonly Host: string;
    };
    readonly AuthOptions: {
      readonly CaCertPath: string;
      readonly ClientCertPath: string;
      readonly ClientKeyPath: string;
    };
  };
  readonly Name: string;
}

/** A machine of the store. */
export interface Host {
  readonly name: string;
  readonly config: HostConfig;
}
