import { expect, test } from 'vitest';
import { isNoexec } from '../../../helpers/uml/computer/memory-folder.ts';

/** The mounts of a container with Docker's options `--tmpfs /tmp` and a mount of `/data` on top of another. */
const MOUNTS = `overlay / overlay rw,relatime 0 0
shm /dev/shm tmpfs rw,nosuid,nodev,noexec,relatime,size=65536k 0 0
tmpfs /tmp tmpfs rw,nosuid,nodev,noexec,relatime 0 0
/dev/vda /tmp/programs ext4 rw,relatime 0 0
/dev/vda /usr/share ext4 rw,noexec 0 0
/dev/vda /usr/share ext4 rw 0 0
`;

test.for([
  ['/dev/shm', true],
  ['/dev', false],
  ['/tmp', true],
  ['/tmp/none/there', true],
  ['/usr/share', false],
  ['/', false],
] as const)('Programs may not run in %s: %j', ([folder, expected]) => {
  expect(isNoexec(folder, MOUNTS)).toBe(expected);
});

test('A folder with the beginning of a mount point in its name is not in it', () => {
  expect(isNoexec('/dev/shm', 'root / ext4 rw 0 0\na /dev/sh tmpfs noexec 0 0\n')).toBe(false);
});
