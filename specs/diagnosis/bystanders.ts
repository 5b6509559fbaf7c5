import type { ContainerSpec } from '../../helpers/docker/containers/container-spec.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';

/** A container that does nothing but be there, and that ends when it is told to. */
export const idle = {
  image: BUSYBOX,
  // The first process of a container hears no signal that it has not asked for.
  command: ['sh', '-c', 'trap exit TERM; while :; do sleep 1000 & wait; done'],
} satisfies ContainerSpec;

/**
 * Addresses on `my-net` of containers that are there for one defect alone, each its own: an engine of Docker 20.10 that
 * has learnt by asking where one was writes nothing for the next one that has its address.
 */
export const passing = {
  moved: '10.0.9.50',
  nomad: '10.0.9.60',
  pretender: '10.0.9.61',
  leaver: '10.0.9.62',
  forced: '10.0.9.63',
  copy: '10.0.9.64',
} as const;

/** Beside the car service: who has nothing to do with a defect, must not be blamed for it. */
export const bystanders = {
  /** Is expected where it is, and may be broken itself. */
  bystander: { ...idle, name: 'bystander', network: 'my-net', restart: 'always' },
  /** An engine of Docker 20.10 is not quite itself after its last container has left an overlay: this one stays. */
  holder: { ...idle, name: 'holder', network: 'my-net', restart: 'always' },
  /** On an overlay of its own, on the host of the application. */
  outsider: { ...idle, name: 'outsider', network: 'other-net', restart: 'always' },
} as const satisfies Record<string, ContainerSpec>;
