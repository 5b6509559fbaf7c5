import type { AddressRange } from '../../process/address-range.ts';
import { findContradictions } from './cross-check.ts';
import { topologySchema } from '../topology-schema.ts';
import { findUnsuitableFields, type WrongField } from './wrong-fields.ts';

/**
 * Finds all errors in a description of a topology: in single fields, and between fields.
 *
 * @param machineRange the future address range of the machines; undefined if it is not known yet
 */
export function findWrongFields(
  described: unknown,
  machineRange: AddressRange | undefined,
): WrongField[] {
  return [
    ...findUnsuitableFields(topologySchema, described),
    ...findContradictions(described, machineRange),
  ];
}
