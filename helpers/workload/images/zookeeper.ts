import { join } from 'node:path';
import { archiveClasses, ARCHIVE_CLASSES } from './archive-classes.ts';
import { PATH, prepareBase } from '../../debian/images/base.ts';
import { installFile, installFolders } from '../../debian/images/install-file.ts';
import { JAVA_HOME, prepareJava } from './java-runtime.ts';
import { type Part, preparePart } from '../../debian/images/image-part.ts';
import type { ImageRecipe } from '../../debian/images/recipe.ts';

const OWN = join(import.meta.dirname, 'zookeeper');
const HOME = 'opt/zookeeper';
const DATA = 'var/lib/zookeeper';

/** A standalone ZooKeeper 3.4, from the time of the engines that support it, on the Java of Tomcat's image. */
export const zookeeper: ImageRecipe = {
  name: 'zookeeper',
  tag: 'overlay-e2e/zookeeper:latest',
  config: {
    // Port and folder are the only settings; no configuration file is read.
    Cmd: [
      'java',
      `@/${HOME}/java.options`,
      'org.apache.zookeeper.server.ZooKeeperServerMain',
      '2181',
      `/${DATA}`,
    ],
    Env: [`PATH=${JAVA_HOME}/bin:${PATH}`, `JAVA_HOME=${JAVA_HOME}`, 'LANG=C.UTF-8'],
    ExposedPorts: { '2181/tcp': {} },
  },
  parts: async () => {
    const base = prepareBase();
    const java = base.then(prepareJava);
    return { layers: await Promise.all([base, java, prepareZooKeeper()]) };
  },
  sources: [import.meta.filename, OWN, ...ARCHIVE_CLASSES],
  addLayer: async (root) => {
    await installFolders([join(root.layer, DATA)]);
    const options = 'java.options';
    await installFile(join(OWN, options), join(root.layer, HOME, options));
    await archiveClasses(root, join(OWN, 'archive-classes.sh'), 'ZooKeeper');
  },
};

async function prepareZooKeeper(): Promise<Part> {
  return await preparePart({
    name: 'zookeeper',
    // Later versions start more: a web server, metrics, Netty.
    suite: 'bullseye',
    packages: ['libzookeeper-java', 'libslf4j-java'],
    keep: ['usr/share/java/{zookeeper,slf4j-api,slf4j-simple}*.jar'],
  });
}
