import { describe, expect, test } from 'vitest';
import {
  chooseMirror,
  chooseSecurityMirror,
  parseLines,
  parseStanzas,
} from '../../../../helpers/debian/apt/apt-sources.ts';

const DEBIAN = `
# a comment
Types: deb deb-src
URIs: https://mirror.test/debian
Suites: trixie trixie-updates
Components: main
 contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp

Types: deb
URIs: https://mirror.test/debian-security
Suites: trixie-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.pgp
`;

const OTHERS = `
Types: deb
URIs: file:/usr/share/local
Suites: ./
Trusted: yes

Types: deb
URIs: https://vendor.test/debian
Suites: trixie
Components: main
Signed-By: /etc/apt/keyrings/vendor.asc

Types: deb
URIs: https://old.test/debian
Suites: trixie
Components: main
Enabled: no

Types: deb
URIs: https://engine.test/linux/debian
Suites: trixie
Components: stable
`;

describe('the mirror for a suite', () => {
  test('is the host’s own mirror of another release, from stanzas', () => {
    expect(chooseMirror(parseStanzas(DEBIAN), 'bullseye')).toBe('https://mirror.test/debian');
  });

  test('is the host’s own mirror, from lines', () => {
    const lines = `
# deb http://off.test/debian bookworm main
deb cdrom:[Debian GNU/Linux 12.0.0 _Bookworm_ - Official amd64 DVD]/ bookworm main
deb-src http://source.test/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.test/debian/ bookworm main contrib # with a comment
`;
    expect(chooseMirror(parseLines(lines), 'bookworm')).toBe('http://mirror.test/debian/');
  });

  test('prefers an entry of this suite', () => {
    const entries = [
      ...parseStanzas(DEBIAN),
      ...parseLines('deb http://archive.test/debian bullseye main'),
    ];
    expect(chooseMirror(entries, 'bullseye')).toBe('http://archive.test/debian');
  });

  test('may be a list of mirrors for apt', () => {
    const entries = parseLines('deb mirror+file:/etc/apt/mirrors/debian.list trixie main');
    expect(chooseMirror(entries, 'trixie')).toBe('mirror+file:/etc/apt/mirrors/debian.list');
  });

  test('is never a third-party, unsigned or disabled repository, or one without main', () => {
    expect(chooseMirror(parseStanzas(OTHERS), 'trixie')).toBeUndefined();
    expect(
      chooseMirror(parseLines('deb [trusted=yes] http://x.test/debian trixie main'), 'trixie'),
    ).toBeUndefined();
  });

  test('is not a security archive or a pocket', () => {
    const pockets = parseLines(
      'deb http://security.test/debian-security trixie-security main\ndeb http://x.test/debian trixie-updates main',
    );
    expect(chooseMirror(pockets, 'trixie')).toBeUndefined();
  });
});

describe('security updates', () => {
  test('come from the host’s own entry, which contains those of every release', () => {
    const entries = parseStanzas(DEBIAN);
    expect(chooseSecurityMirror(entries, 'https://other.test/debian')).toBe(
      'https://mirror.test/debian-security',
    );
  });

  test('come from the path next to the mirror if the host has no entry with Debian’s key', () => {
    const vendors = 'deb [signed-by=/etc/vendor.asc] https://vendor.test/s trixie-security main';
    for (const entries of [[], parseLines(vendors)]) {
      expect(chooseSecurityMirror(entries, 'https://other.test/debian/')).toBe(
        'https://other.test/debian-security',
      );
    }
  });

  test('come from nowhere if the mirror has another name', () => {
    expect(chooseSecurityMirror([], 'https://other.test/snapshot')).toBeUndefined();
  });
});
