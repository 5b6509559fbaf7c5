import { describe, expect, test } from 'vitest';
import { toDoctorDocument } from '../../../../../helpers/cli/overlay-e2e/doctor/document.ts';
import { fine, missing } from '../../../../../helpers/netns/doctor/host-finding.ts';
import { validateDocument } from '../../../docs/validate-document.ts';

const versions = {
  'overlay-e2e': '1.2.3',
  node: '24.0.0',
  kernel: '6.1.0',
  system: 'Debian',
  architecture: 'x64',
};

function documentOf(observed: string, home = '/home/ada') {
  const findings = [fine('Node', '24.0.0'), missing('store', observed, `mkdir ${home}/.cache`)];
  const provider = { name: 'netns', because: 'this is Linux' } as const;
  return toDoctorDocument({ versions, provider, settings: ['E2E_SUBNET'], findings, home });
}

describe('The JSON document of doctor', () => {
  test('is fine if all findings are, and matches its schema', () => {
    const document = documentOf('no room');
    expect(document.fine).toBe(false);
    expect(document.findings.map(({ subject }) => subject)).toEqual(['Node', 'store']);
    expect(validate(document)).toEqual([]);
    const well = { ...document, fine: true, provider: undefined };
    expect(validate(JSON.parse(JSON.stringify(well)))).toEqual([]);
    expect(validate({ ...document, fine: 'yes' })).not.toEqual([]);
    expect(validate({ ...document, findings: [{ subject: 'Node', fine: true }] })).not.toEqual([]);
  });

  test.for([
    ['/home/ada/.cache/overlay-e2e: 1 GB free', '~/.cache/overlay-e2e: 1 GB free'],
    ['/home/ada', '~'],
    ['/home/ada: full', '~: full'],
    ['in "/home/ada"', 'in "~"'],
    ['/home/adam/x', '~/x'],
    ['STORE=/home/grace/x', 'STORE=~/x'],
    ['/Users/grace/x', '~/x'],
    ['/srv/home/ada/x', '/srv/home/ada/x', '/root'],
    ['/root/x and /rooted/x', '~/x and /rooted/x', '/root'],
    ['/rooted', '/rooted', '/root'],
    ['/x', '/x', '/'],
    ['http://ada:secret@mirror.example/debian', 'http://mirror.example/debian'],
    ['http://mirror.example/a@b', 'http://mirror.example/a@b'],
  ] as const)('shows %s as %s', ([observed, shown, home]) => {
    const document = documentOf(observed, home);
    expect(document.findings[1]?.observed).toBe(shown);
    expect(JSON.stringify(document)).not.toMatch(/secret|"mkdir \/home/);
  });
});

function validate(document: unknown) {
  return validateDocument('docs/doctor.schema.json', document);
}
