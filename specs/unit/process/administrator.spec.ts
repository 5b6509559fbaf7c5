import { describe, expect, test } from 'vitest';
import { isAdministrator } from '../../../helpers/process/rootless.ts';

describe('A process may create namespaces as root', () => {
  test.for([
    ["Docker's default capabilities", 0, false, 'a80425fb'],
    ['all capabilities', 0, true, '1ffffffffff'],
    ['all capabilities', 1000, false, '1ffffffffff'],
  ] as const)('with %s of user %d: %j', ([, uid, expected, mask]) => {
    expect(isAdministrator(uid, `Uid:\t0\nCapEff:\t${mask.padStart(16, '0')}\nCapBnd:\t0\n`)).toBe(
      expected,
    );
  });

  test('on a system without capabilities', () => {
    expect(isAdministrator(0, '')).toBe(true);
  });
});
