import { explainStart } from './container.ts';
import type { ContainerSpec } from './container-spec.ts';
import type { Explain } from '../explain-failure.ts';

/** Explains refusals of create and run. */
export function explainRun(spec: ContainerSpec, machine: string): Explain {
  return (refusal) => {
    const { status, message } = refusal;
    if (status === 404 && /no such image/i.test(message)) {
      return {
        code: 'image-unknown',
        observed: `no image ${spec.image} on machine ${machine}`,
        hint: 'load it with "docker load", or pass its archive when the machine is created',
      };
    }
    if (status === 409 && /is already in use by container/.test(message)) {
      return {
        code: 'name-taken',
        observed: `container ${spec.name ?? ''} already exists`,
        hint: `remove it first: docker rm -f ${spec.name ?? ''}`,
      };
    }
    if (status === 404 && /network .* not found/.test(message)) {
      return {
        code: 'network-unknown',
        observed: `no network ${spec.network ?? ''} on machine ${machine}`,
        hint: 'create it first, or check that this engine is in the cluster',
      };
    }
    return explainStart(spec.name ?? spec.image)(refusal);
  };
}
