import { appendFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../process/run-command.ts';
import { archiveClasses, ARCHIVE_CLASSES } from './archive-classes.ts';
import { PATH, prepareBase, SUITE } from '../../debian/images/base.ts';
import { installFile, installFolders } from '../../debian/images/install-file.ts';
import { JAVA_HOME, prepareJava } from './java-runtime.ts';
import { type Part, preparePart } from '../../debian/images/image-part.ts';
import type { ImageRecipe } from '../../debian/images/recipe.ts';
import { type ImageRoot, runInRoot } from '../../debian/images/run-in-root.ts';

const OWN = join(import.meta.dirname, 'tomcat');
const CAR_SERVICE = join(import.meta.dirname, '../car-service');
const HOME = 'usr/local/tomcat';
const APPLICATION = `${HOME}/webapps/rest-service-provider-1.0-SNAPSHOT`;

const JARS =
  'annotations-api api catalina coyote el-api jaspic-api jdbc juli servlet-api util util-scan';

/** The tutorial's `tomcat-app`: Tomcat 10 with the car service, compiled from its sources. */
export const tomcat: ImageRecipe = {
  name: 'tomcat',
  tag: 'docam/tomcat:latest',
  config: {
    Cmd: ['java', `@/${HOME}/conf/java.options`, 'org.apache.catalina.startup.Bootstrap', 'start'],
    Env: [
      `PATH=${JAVA_HOME}/bin:${PATH}`,
      `JAVA_HOME=${JAVA_HOME}`,
      'LANG=C.UTF-8',
      // While a name is unknown, the engine's DNS server forwards the query to other servers. On machines without
      // egress they never answer, and the C library would wait twice for 5 s.
      'RES_OPTIONS=timeout:1 attempts:2',
    ],
    WorkingDir: `/${HOME}`,
    ExposedPorts: { '8080/tcp': {} },
  },
  parts: async () => {
    const base = prepareBase();
    const java = base.then(prepareJava);
    const layers = await Promise.all([base, java, prepareTomcat()]);
    return { layers, tools: [await prepareCompiler()] };
  },
  sources: [import.meta.filename, OWN, CAR_SERVICE, ...ARCHIVE_CLASSES],
  addLayer: async (root, tools) => {
    await installServer(root.layer);
    await installApplication(root, tools);
    await archiveClasses(root, join(OWN, 'archive-classes.sh'), 'Tomcat');
  },
};

async function prepareTomcat(): Promise<Part> {
  return await preparePart({
    name: 'tomcat',
    suite: SUITE,
    packages: ['libtomcat10-java', 'tomcat10-common', 'libmariadb-java', 'libjackson2-core-java'],
    keep: [
      `usr/share/java/tomcat10-{${JARS.replaceAll(' ', ',')}}*.jar`,
      'usr/share/java/{mariadb-java-client,jackson-core}*.jar',
      'usr/share/tomcat10/bin/bootstrap.jar',
    ],
  });
}

/** Prepares the compiler that Tomcat uses for its pages. It needs no JDK. */
async function prepareCompiler(): Promise<Part> {
  return await preparePart({
    name: 'java-compiler',
    suite: SUITE,
    packages: ['libeclipse-jdt-core-compiler-batch-java'],
    keep: ['usr/share/java/*.jar'],
  });
}

async function installServer(layer: string): Promise<void> {
  await installFolders([join(layer, HOME, 'temp'), join(layer, HOME, 'webapps')]);
  await symlink('/usr/share/java', join(layer, HOME, 'lib'));
  await symlink('/usr/share/tomcat10/bin', join(layer, HOME, 'bin'));
  const conf = join(layer, HOME, 'conf');
  for (const name of ['server.xml', 'web.xml', 'catalina.properties', 'java.options']) {
    await installFile(join(OWN, name), join(conf, name));
  }
  const lookUps = 'name-look-ups.security';
  await installFile(join(CAR_SERVICE, lookUps), join(conf, lookUps));
  const jars = ['bin/bootstrap.jar', ...JARS.split(' ').map((jar) => `lib/tomcat10-${jar}.jar`)];
  const classPath = [...jars, 'lib/mariadb-java-client.jar', 'lib/jackson-core.jar'];
  const option = `-cp ${classPath.map((jar) => `/${HOME}/${jar}`).join(':')}\n`;
  await appendFile(join(conf, 'java.options'), option);
}

/** Installs the files of the WAR in the folder into which Tomcat would unpack them. */
async function installApplication(root: ImageRoot, tools: readonly Part[]): Promise<void> {
  const application = join(root.layer, APPLICATION);
  await runCommand('cp', ['--recursive', join(CAR_SERVICE, 'web'), application]);
  const compiled = join(root.work, 'compiled');
  await installFolders([compiled]);
  await runCommand('cp', ['--recursive', join(CAR_SERVICE, 'src'), join(compiled, 'src')]);
  const compile = `exec ${JAVA_HOME}/bin/java -XX:TieredStopAtLevel=1 -cp /usr/share/java/eclipse-jdt-core-compiler-batch.jar \\
    org.eclipse.jdt.internal.compiler.batch.Main -17 -proc:none -nowarn -d /classes \\
    -cp "$(echo /usr/share/java/*.jar | tr ' ' :)" /src`;
  const below = [...root.below, ...tools.map((tool) => tool.root)];
  await runInRoot(
    { below, layer: compiled, work: join(root.work, 'compiler') },
    ['bash', '-c', compile],
    {
      title: 'compile the car service',
    },
  );
  await runCommand('cp', [
    '--recursive',
    join(compiled, 'classes'),
    join(application, 'WEB-INF/classes'),
  ]);
}
