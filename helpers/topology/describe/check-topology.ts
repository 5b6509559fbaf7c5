import type { AddressRange } from '../../process/address-range.ts';
import { findContradictions } from './cross-check.ts';
import { topologySchema } from '../topology-schema.ts';
import { findUnsuitableFields, type WrongField } from './wrong-fields.ts';

/**
 * All that is wrong with a description of a topology: with its fields by themselves, and with what they are together.
 *
 * @param machineRange where the machines will get their addresses; undefined when that is not known before
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
