/** The part of a Vitest project that tells whether it has a topology. */
export interface AnyProject {
  readonly name: string;
  readonly config: { readonly provide?: object };
}

/** Returns true if the specs of a project run on a topology that its global set-up brings up. */
export function hasTopology({ config }: Pick<AnyProject, 'config'>): boolean {
  return 'topologySource' in (config.provide ?? {});
}

/** Returns the topology of a project, which has its name; undefined for a project without one. */
export function topologyIn(project: AnyProject): string | undefined {
  return hasTopology(project) ? project.name : undefined;
}
