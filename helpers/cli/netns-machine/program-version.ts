import { readFileSync } from 'node:fs';

/** The release of docker-machine whose command line this is; scripts compare what `docker-machine -v` says with theirs. */
const DOCKER_MACHINE = '0.16.2';

/** Returns `VERSION, build BUILD` of this program, or of the docker-machine that it replaces. */
export function programVersion(program: string): string {
  const file = new URL('../../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return program === 'docker-machine'
    ? `${DOCKER_MACHINE}, build overlay-e2e-${version}`
    : `${version}, build overlay-e2e`;
}
