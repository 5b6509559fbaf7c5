import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { runCommand, tail } from '../../process/run-command.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';

/** The part of an engine bundle that is needed to run its programs. */
export interface RunnableEngine {
  /** The complete environment of its programs. */
  readonly env: Readonly<Record<string, string>>;
}

// The engine needs neither a network nor a machine to unpack an archive. It gets its own namespaces, so that it does
// not find the user's Docker under /run, does not write its key into /etc/docker, and dies with the process that
// started it.
const ISOLATED =
  'setpriv --pdeathsig KILL unshare --mount --uts --ipc --net --pid --fork --kill-child --mount-proc --propagation private'.split(
    ' ',
  );
const START_ENGINE = `
mount -t tmpfs tmpfs /run
mkdir -p /run/etc/upper /run/etc/work
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work /etc
exec dockerd --data-root "$1" --exec-root /run/docker --pidfile /run/docker.pid --host unix:///run/docker.sock \\
  --storage-driver overlay2 --bridge none --iptables=false --ip-masq=false
`;

/**
 * Loads an image archive into the empty folder `dataRoot` with a temporary engine. The folder then contains the
 * engine's image store, in the layout of `/var/lib/docker`: `image/overlay2` and `overlay2`.
 */
export async function loadArchive(
  archive: string,
  dataRoot: string,
  engine: RunnableEngine,
): Promise<void> {
  const [file = '', ...args] = ISOLATED;
  // Loaded late: most calls of netns-machine do not need it.
  const { execa } = await import('execa');
  const daemon = execa(file, [...args, 'sh', '-euc', START_ENGINE, 'sh', dataRoot], {
    env: engine.env,
    extendEnv: false,
    reject: false,
    all: true,
    stdin: 'ignore',
    maxBuffer: 1_000_000,
  });
  try {
    const env = {
      ...engine.env,
      // unshare itself stays in the new mount namespace, so that its /run is visible from here.
      DOCKER_HOST: `unix:///proc/${daemon.pid}/root/run/docker.sock`,
      DOCKER_CONFIG: join(dataRoot, 'no-client-configuration'),
    };
    await waitForEngine(daemon, env);
    await runCommand('docker', ['load', '--quiet', '--input', archive], {
      title: `image archive ${archive}: load`,
      env,
      limit: 300_000,
      hint: 'give an archive that "docker save" wrote, not a "docker export" or a bare OCI layout',
    });
  } finally {
    daemon.kill('SIGKILL');
    await daemon;
  }
  await keepImageStoreOnly(dataRoot);
}

async function waitForEngine(
  daemon: Promise<{ all: string }>,
  env: Record<string, string>,
): Promise<void> {
  let log: string | undefined;
  const ended = async (): Promise<void> => {
    log = (await daemon).all;
  };
  void ended();
  await waitFor(
    'temporary engine for an image archive: ready',
    async () => {
      if (log !== undefined) {
        throw new HarnessError({
          code: 'engine-not-ready',
          tried: 'temporary engine for an image archive: start',
          observed: `dockerd ended; last line of its log: "${tail(log, 1)}"`,
          evidence: tail(log),
        });
      }
      const { execa } = await import('execa');
      const asked = await execa('docker', ['version'], { env, extendEnv: false, reject: false });
      return asked.exitCode === 0 ? done(undefined) : notYet(tail(asked.stderr, 1));
    },
    { limit: 60_000, fatal: (error) => error instanceof HarnessError },
  );
}

async function keepImageStoreOnly(dataRoot: string): Promise<void> {
  const rest =
    'builder buildkit containerd containers network plugins runtimes swarm tmp trust volumes'.split(
      ' ',
    );
  await Promise.all(rest.map((name) => rm(join(dataRoot, name), { recursive: true, force: true })));
}
