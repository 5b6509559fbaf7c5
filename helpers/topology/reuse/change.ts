/** A difference between a topology and the document of a running one. */
export interface Change {
  /** `change` replaces the object, unless `inPlace` is set. `impossible` cannot be made while the topology runs. */
  readonly action: 'add' | 'change' | 'remove' | 'impossible';
  readonly kind: 'cluster' | 'machine' | 'network' | 'container' | 'service' | 'config' | 'secret';
  readonly name: string;
  /** The machine of a container. */
  readonly host?: string;
  /** The reason: `its subnet is 10.20.0.0/24, not 10.20.0.0/16`. */
  readonly reason: string;
  /** True if the object is changed and not replaced. */
  readonly inPlace?: true;
}

/** Describes a change as a difference of the running topology: `it has no web on counter`. */
export function describeDifference({ action, kind, name, host, reason }: Change): string {
  if (kind === 'cluster') return reason;
  const object = `${kind} ${name}`;
  if (action === 'add') {
    return kind === 'container' ? `it has no ${name} on ${host}` : `it has no ${object}`;
  }
  return action === 'remove'
    ? `it has a ${object}, which is not in the topology`
    : `${object}: ${reason}`;
}
