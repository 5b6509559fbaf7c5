import type { Observed } from '../observed.ts';

/** A security association of the kernel, which encrypts or decrypts packets from one host to another. */
export interface SecurityState {
  readonly source: string;
  readonly destination: string;
  /** The number that ESP packets carry. */
  readonly spi: number;
  /** A salted digest of the key, comparable within a check; undefined if the kernel hides its keys. */
  readonly keyDigest: string | undefined;
}

/** A policy of the kernel that has packets to another host encrypted: those with the engine's mark. */
export interface SecurityPolicy {
  readonly source: string;
  readonly destination: string;
  /** The destination port of the packets; 0 for any. */
  readonly port: number;
  /** The state that it uses; undefined if it accepts any. */
  readonly spi: number | undefined;
}

/** A firewall rule of the engine for the packets of a VXLAN number. */
export interface EncryptionRule {
  /** `mark` has outgoing packets encrypted; `drop` refuses unencrypted incoming packets. */
  readonly effect: 'mark' | 'drop';
  readonly port: number;
  /** Undefined if its match is not understood. */
  readonly vni: number | undefined;
  /** The words of its match for the VXLAN number: `-m u32 --u32 …`. */
  readonly match: readonly string[];
}

/** The entries of a host's kernel for encrypted overlays. */
export interface EncryptionTables {
  readonly states: readonly SecurityState[];
  readonly policies: readonly SecurityPolicy[];
  readonly rules: readonly EncryptionRule[];
}

/** The tables before the live probes and after: a difference counts only if both have it. */
export interface EncryptionView {
  readonly before: Observed<EncryptionTables>;
  readonly after: Observed<EncryptionTables>;
}
