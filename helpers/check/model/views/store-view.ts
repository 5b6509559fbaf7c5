import type { TargetStore } from '../target.ts';

/** A member of a key-value cluster, as recorded in the store. */
export interface StoreMember {
  /** `192.168.99.101:2376` */
  readonly advertised: string;
}

/** A network of all engines, as the store has it: `docker/network/v1.0/network/<id>`. */
export interface StoreNetwork {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly subnets: readonly string[];
  /** VXLAN network identifiers, one for each subnet. */
  readonly vnis: readonly number[];
}

/** An end of an overlay, as the store has it: `docker/network/v1.0/endpoint/<network>/<end>`. */
export interface StoreEndpoint {
  readonly id: string;
  readonly networkId: string;
  /** The container's name. */
  readonly name: string;
  /** IPv4, without its prefix length. */
  readonly address: string;
  readonly mac: string;
  /** Address of the host that the container is on: the VXLAN tunnel end point. */
  readonly locator: string;
}

/** The data in the key-value store of a cluster. */
export interface StoreView {
  readonly store: TargetStore;
  /** `Consul 1.8.7` */
  readonly version: string;
  readonly members: readonly StoreMember[];
  readonly networks: readonly StoreNetwork[];
  readonly endpoints: readonly StoreEndpoint[];
  /** Keys whose values are not in the format of engines. */
  readonly strange: readonly string[];
}

/** The result of a host's connection to the store. */
export interface StoreReach {
  readonly store: TargetStore;
  /** The error, if not. */
  readonly error: string | undefined;
}
