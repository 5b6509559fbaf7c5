import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runAgent } from './run-agent.ts';

/** A container's root, next to a file outside of it. */
const folder = mkdtempSync(join(tmpdir(), 'overlay-e2e-files-'));
const root = join(folder, 'root');

beforeAll(() => {
  mkdirSync(join(root, 'etc'), { recursive: true });
  writeFileSync(join(folder, 'shadow'), 'of the host\n');
  writeFileSync(join(root, 'etc/plain'), 'of the container\n');
  writeFileSync(join(root, 'etc/huge'), 'x'.repeat(1_000_000));
  symlinkSync('/etc/plain', join(root, 'etc/inside'));
  symlinkSync(join(folder, 'shadow'), join(root, 'etc/absolute'));
  symlinkSync('../../shadow', join(root, 'etc/relative'));
  symlinkSync('/etc/loop', join(root, 'etc/loop'));
  execFileSync('mkfifo', [join(root, 'etc/fifo')]);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The content of that file below the root, or the error. */
const below = (code: string, name: string) =>
  runAgent(
    `my ($root, $path) = @ARGV;
     my $file = eval { ${code} };
     defined $file ? do { sysread $file, my $text, 100; $text } : 'no: ' . ($@ || "$!\\n")`,
    root,
    `/etc/${name}`,
  );

describe('Below the root of a container', () => {
  test.each([
    ['plain', 'of the container\n'],
    // A link is relative to the container's root.
    ['inside', 'of the container\n'],
    ['absolute', 'no: No such file or directory\n'],
    ['relative', 'no: No such file or directory\n'],
    ['loop', 'no: Too many levels of symbolic links\n'],
  ])('the path %s leads where it leads in the container', (name, expected) => {
    expect(below('System::open_below($root, $path)', name)).toBe(expected);
  });

  test('magic links of /proc are not followed', () => {
    const code = 'System::open_below("/", "/proc/self/root/etc/passwd")';
    expect(below(code, '')).toBe('no: Too many levels of symbolic links\n');
  });

  test.each([
    ['plain', 'of the container\n'],
    ['inside', 'no: Too many levels of symbolic links\n'],
    ['absolute', 'no: Too many levels of symbolic links\n'],
    ['../etc/plain', 'no: its path contains a link or ..\n'],
  ])('without openat2, no link is followed: %s', (name, expected) => {
    const code =
      'sysopen my $top, $root, Fcntl::O_DIRECTORY() or die; System::open_without_links($top, $path)';
    expect(below(code, name)).toBe(expected);
  });

  test('FIFOs and devices are not read, and 64 kB of a huge file are', () => {
    const read = runAgent(
      `my $files; Files::read_all(sub { $files = shift }, undef, 'host', 1_000_000, @ARGV);
       [map { { %$_, text => length($_->{text} // '') . '' } } @$files]`,
      ...[join(root, 'etc/fifo'), '/dev/null', join(root, 'etc/huge')].map(
        (name) => `/proc/${process.pid}/root${name}`,
      ),
    );
    expect(read).toMatchObject([
      { error: 'not a regular file' },
      { error: 'not a regular file' },
      { text: '65536', cut: true },
    ]);
  });
});
