import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SUITE } from '../../debian/images/base.ts';
import { type Part, preparePart } from '../../debian/images/image-part.ts';
import { runInRoot } from '../../debian/images/run-in-root.ts';

/** The folder of Java in images: `/opt/java/bin/java`. */
export const JAVA_HOME = '/opt/java';

/**
 * The modules that Tomcat, its pool of JDBC connections and the compiler use. They need `java.desktop` only for
 * JavaBeans.
 */
const MODULES = [
  'java.compiler',
  'java.desktop',
  'java.instrument',
  'java.logging',
  'java.management',
  'java.naming',
  'java.rmi',
  'java.security.jgss',
  'java.sql',
  'java.sql.rowset',
  'java.xml',
  'jdk.unsupported',
];

/** Builds a Java 21 runtime of the required modules from Debian's JDK, without the JDK itself. */
export async function prepareJava(base: Part): Promise<Part> {
  const jdk = 'usr/lib/jvm';
  return await preparePart({
    name: 'java',
    suite: SUITE,
    packages: ['openjdk-21-jdk-headless', 'openjdk-21-jre-headless'],
    keep: [jdk, 'etc/java-21-openjdk'],
    finish: {
      ingredients: [base.ingredients, MODULES, 1],
      run: async (root, work) => {
        const link = `exec /${jdk}/java-21-openjdk-*/bin/jlink "$@"`;
        const options = ['--strip-java-debug-attributes', '--no-header-files', '--no-man-pages'];
        await runInRoot(
          { below: [base.root], layer: root, work },
          [
            'bash',
            '-c',
            link,
            'jlink',
            '--add-modules',
            MODULES.join(','),
            ...options,
            '--output',
            JAVA_HOME,
          ],
          { title: 'jlink' },
        );
        for (const name of ['usr', 'etc']) await rm(join(root, name), { recursive: true });
      },
    },
  });
}
