import type { ContainerSpec } from '../../helpers/docker/containers/container-spec.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';

/** A container that does nothing and exits on SIGTERM. */
export const idle = {
  image: BUSYBOX,
  // The first process of a container ignores signals for which it has no handler.
  command: ['sh', '-c', 'trap exit TERM; while :; do sleep 1000 & wait; done'],
} satisfies ContainerSpec;

/**
 * Addresses on `my-net` of the containers that one defect creates. Each address is used once: an engine of Docker 20.10
 * that has queried the location of an address writes no entries for the next container with this address.
 */
export const temporaryAddresses = {
  moved: '10.0.9.50',
  nomad: '10.0.9.60',
  pretender: '10.0.9.61',
  leaver: '10.0.9.62',
  forced: '10.0.9.63',
  copy: '10.0.9.64',
} as const;

/** Containers next to the car service. A check must not report them for a defect that does not affect them. */
export const labContainers = {
  /** Part of the expectations of a check. Some defects break this container. */
  bystander: { ...idle, name: 'bystander', network: 'my-net', restart: 'always' },
  /**
   * An engine of Docker 20.10 works incorrectly after its last container has left an overlay network. This container
   * stays.
   */
  holder: { ...idle, name: 'holder', network: 'my-net', restart: 'always' },
  /** A container on another overlay network, on the host of the application. */
  outsider: { ...idle, name: 'outsider', network: 'other-net', restart: 'always' },
} as const satisfies Record<string, ContainerSpec>;
