import { relative } from 'node:path';
import { expect, test } from 'vitest';
import { bringImages } from '../../../../../helpers/cli/netns-machine/create/bring-images.ts';

const file = import.meta.filename;

test('a file is used as an archive, by its absolute path', async () => {
  expect(await bringImages([file, relative(process.cwd(), file)])).toEqual([file, file]);
});

test('a name that is neither a file nor a known image is refused with the known names', async () => {
  await expect(bringImages([file, 'docam/tomcat:9'])).rejects.toThrow(
    'image docam/tomcat:9: neither a file nor one of the images that can be built here. ' +
      'Name a docker save archive or one of progrium/consul, overlay-e2e/etcd, docam/mysql-cont, docam/tomcat, overlay-e2e/zookeeper',
  );
});
