import { expect, test } from 'vitest';
import {
  noProxyWith,
  renderSet,
  renderUnset,
  shellNamed,
} from '../../../../helpers/cli/netns-machine/shells.ts';

const INTRODUCTION = 'Run this command to configure your shell: ';

test.each([
  ['bash', 'export A="1"', 'unset A', `# ${INTRODUCTION}\n# eval $(cmd)`],
  ['whatever', 'export A="1"', 'unset A', `# ${INTRODUCTION}\n# eval $(cmd)`],
  ['fish', 'set -gx A "1";', 'set -e A;', `# ${INTRODUCTION}\n# eval (cmd)`],
  [
    'powershell',
    '$Env:A = "1"',
    'Remove-Item Env:\\\\A',
    `# ${INTRODUCTION}\n# & cmd | Invoke-Expression`,
  ],
  [
    'cmd',
    'SET A=1',
    'SET A=',
    `REM ${INTRODUCTION}\nREM \t@FOR /f "tokens=*" %i IN ('cmd') DO @%i`,
  ],
  ['tcsh', 'setenv A "1";', 'unsetenv A;', `: ${INTRODUCTION}\n: eval \`cmd\``],
  [
    'emacs',
    '(setenv "A" "1")',
    '(setenv "A" nil)',
    `;; ${INTRODUCTION}\n;; (with-temp-buffer (shell-command "cmd" (current-buffer)) (eval-buffer))`,
  ],
])('%s sets, unsets and explains variables like docker-machine', (name, set, unset, hint) => {
  const shell = shellNamed(name);
  expect(renderSet(shell, [['A', '1']], 'cmd')).toBe(`${set}\n${hint}\n`);
  expect(renderUnset(shell, ['A'], 'cmd')).toBe(`${unset}\n${hint}\n`);
});

test('an address is added once to the variable for hosts without a proxy', () => {
  const address = '192.168.99.1';
  expect(noProxyWith(address, {})).toEqual(['NO_PROXY', address]);
  expect(noProxyWith(address, { NO_PROXY: 'a' })).toEqual(['NO_PROXY', `a,${address}`]);
  expect(noProxyWith(address, { no_proxy: 'a,b', NO_PROXY: 'c' })).toEqual([
    'no_proxy',
    `a,b,${address}`,
  ]);
  expect(noProxyWith(address, { NO_PROXY: address })).toEqual(['NO_PROXY', address]);
  // docker-machine finds this address within the longer one and omits it.
  expect(noProxyWith(address, { NO_PROXY: `${address}00` })).toEqual([
    'NO_PROXY',
    `${address}00,${address}`,
  ]);
});
