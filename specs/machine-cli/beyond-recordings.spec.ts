import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { namespaceFolder, namespacePrefix } from '../../helpers/netns/state/names.ts';
import { openStore } from '../../helpers/netns/state/store.ts';
import { BUSYBOX, prepareBusyboxImage } from '../machine/busybox-image.ts';
import { type Lab, openLab } from './lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
  const image = await prepareBusyboxImage();
  const options = `--netns-image ${image} --netns-memory 2048 --netns-cpus 1.5 --engine-label colour=blue --tls-san blue.example`;
  expect(await lab.run(`docker-machine create ${options} one`)).toMatchObject({ exitCode: 0 });
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

test('the options of create are in the config and in the engine of the machine', async () => {
  const format = '{{.Driver.Memory}} {{.Driver.CPUs}} {{.HostOptions.AuthOptions.ServerCertSANs}}';
  const { stdout } = await lab.run(`docker-machine inspect -f '${format}' one`);
  expect(stdout).toBe('2048 1.5 [blue.example]\n');
  const info = "docker info -f '{{.Labels}}'";
  expect((await lab.run(`docker-machine ssh one "${info}"`)).stdout).toContain('colour=blue');
});

test('the docker client reaches the engine with the output of env and of config', async () => {
  // The machine's own client, run outside of the machine.
  const client = (await lab.run('docker-machine ssh one command -v docker')).stdout.trim();
  const ask = `${client} version -f '{{.Server.Version}}'`;
  const byEnv = await lab.run(`eval $(docker-machine env one); ${ask}`);
  expect(byEnv).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^20\.10\.5/) });
  const byConfig = await lab.run(
    `eval ${client} $(docker-machine config one) version -f "'{{.Server.Version}}'"`,
  );
  expect(byConfig).toMatchObject({ exitCode: 0, stdout: byEnv.stdout });
});

test("shell defines docker-machine, and docker if it is missing or the bundle's is requested", async () => {
  const { stdout: url } = await lab.run('docker-machine url one');
  await lab.run('mkdir own; printf "#!/bin/sh\necho own" >own/docker; chmod +x own/docker');
  const ask = async (path: string, options: string) => {
    const line = `PATH=${path}; eval "$($HOME/bin/netns-machine shell ${options})"`;
    const { stdout } = await lab.run(`${line}; docker-machine url one; docker --version`);
    return stdout.replace(/^Docker version 20\.10\.5.*$/m, "the bundle's");
  };
  const system = '$(dirname $(command -v sed))';
  expect(await ask(`$PWD/own:${system}`, '')).toBe(`${url}own\n`);
  expect(await ask(`$PWD/own:${system}`, '--docker')).toBe(`${url}the bundle's\n`);
  await lab.run(`mkdir few; for tool in sh readlink; do ln -s ${system}/$tool few; done`);
  expect(await ask('$PWD/few', '')).toBe(`${url}the bundle's\n`);
});

test('every command refuses the state directory of another user in one line', async () => {
  // Root without the capabilities to read all folders.
  const nobody =
    'setpriv --bounding-set=-dac_override,-dac_read_search docker-machine -s $PWD/other';
  await lab.run('mkdir -p other/machines; chown 65534 other; chmod 700 other');
  const line = `state directory ${lab.work}/other: permission denied. Run this with sudo or as root.\n`;
  for (const command of ['ls', 'ls -q', 'ip one', 'env one', 'ssh one hostname', 'create one']) {
    const result = await lab.run(`${nobody} ${command}`);
    expect(result, command).toMatchObject({ exitCode: 1, stdout: '', stderr: line });
  }
});

test('create refuses options without effect before it creates anything', async () => {
  const result = await lab.run('docker-machine --tls-ca-cert mine.pem create two');
  expect(result).toMatchObject({ exitCode: 1, stdout: '' });
  expect(result.stderr).toMatch(/^Error setting .*: --tls-ca-cert is not supported\. .*\n$/);
  for (const option of ['--netns-memory=much', '--netns-memory=-1', '--netns-cpus=0']) {
    const refused = await lab.run(`docker-machine create ${option} two`);
    expect(refused, option).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr, option).toMatch(/ must be a number above 0, not "(?:much|-1|0)"\n$/);
  }
  expect((await lab.run('docker-machine ls -q')).stdout).toBe('one\n');
});

test('under the name docker-machine, it has the commands of docker-machine only', async () => {
  const refused = await lab.run('docker-machine shell');
  expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
  expect((await lab.run('docker-machine --help')).stdout).not.toMatch(/^ +shell /m);
  expect((await lab.run('netns-machine --help')).stdout).toMatch(/^ +shell /m);
});

test('ssh runs a shell of the machine, with its hostname, home and environment', async () => {
  const line = 'echo $(hostname) $PWD ${LEAK:-none} $0';
  const { stdout } = await lab.run(`LEAK=yes docker-machine ssh one '${line}'`);
  expect(stdout).toMatch(/^one \/root none (?:\S*bash|\S*sh)\n$/);
});

test('ssh without a command opens a shell, on a terminal if there is one', async () => {
  const inside = 'tty; stty size >/dev/null && echo terminal; exit 3';
  const { exitCode, stdout } = await lab.run(
    'script -qec "docker-machine ssh one" /dev/null',
    `${inside}\n`,
  );
  expect(stdout).toMatch(/^\/dev\/pts\/\d+\r?$/m);
  expect(stdout).toMatch(/^terminal\r?$/m);
  expect(exitCode).toBe(3);
});

test('a signal ends a remote command with the exit code of a shell', async () => {
  expect(await lab.run("docker-machine ssh one 'kill -9 $$'")).toMatchObject({ exitCode: 137 });
});

test('sudo runs commands as root and as other users, with its common options', async () => {
  const typed: Record<string, string> = {
    'sudo id -un': 'root',
    'sudo -n -E sh -c "echo \\$HOME"': '/root',
    'sudo -u nobody id -un': 'nobody',
    'sudo --user=root -- id -un': 'root',
    'sudo COLOUR=red printenv COLOUR': 'red',
    'sudo -i echo login': 'login',
    'sudo -k; echo | sudo tee /dev/null; sudo -v': '',
    // The path of the host's own sudo does not contain the bundle's programs.
    'sudo docker version -f {{.Client.Version}}': '20.10.5+dfsg1',
  };
  for (const [line, expected] of Object.entries(typed)) {
    const { stdout, stderr } = await lab.run(`docker-machine ssh one '${line}'`);
    expect([stdout.trim(), stderr], line).toEqual([expected, '']);
  }
  expect(await lab.run('docker-machine ssh one sudo sh -c "\'exit 3\'"')).toMatchObject({
    exitCode: 3,
  });
});

test("the files of boot2docker are at the paths that docker-machine's own tests read", async () => {
  const look =
    'cd /var/lib/boot2docker; ls; cat ca.pem; test -s docker.log && test -r server-key.pem';
  const inside = await lab.run(`docker-machine ssh one '${look}'`);
  const authority = await lab.run('cat $MACHINE_STORAGE_PATH/certs/ca.pem');
  const files = 'ca.pem\ndocker.log\nprofile\nserver-key.pem\nserver.pem\n';
  expect(inside).toMatchObject({ exitCode: 0, stdout: files + authority.stdout });
  const profile = '. /var/lib/boot2docker/profile; echo $EXTRA_ARGS $DOCKER_TLS';
  const { stdout } = await lab.run(`docker-machine ssh one '${profile}'`);
  expect(stdout).toBe('--label provider=netns --label colour=blue auto\n');
});

test('a missing image is refused with the command that provides it', async () => {
  const { stderr } = await lab.run('docker-machine ssh one docker run -d progrium/consul -server');
  expect(stderr).toMatch(
    /one reaches no registry\. .* docker-machine create --netns-image progrium\/consul NAME\n$/,
  );
});

test('an engine behind a socket is listed and queried without certificates', async () => {
  const path = join(lab.work, 'engine.sock');
  const engine = createHttpServer((_, response) => {
    response.setHeader('Server', 'Docker/99.1 (linux)');
    response.end('OK');
  }).listen(path);
  await once(engine, 'listening');
  await lab.run(`docker-machine create -d none --url unix://${path} local`);
  const { stdout, stderr } = await lab.run(
    'docker-machine version local; docker-machine config local; docker-machine env local | head -2; docker-machine ls --filter name=local | tail -1',
  );
  engine.close();
  const gone = await lab.run('docker-machine config local; docker-machine rm -y local');
  const lines = stdout.replaceAll(/ +/g, ' ').trim().split('\n');
  expect([lines, stderr]).toEqual([
    [
      '99.1',
      `-H=unix://${path}`,
      'export DOCKER_TLS_VERIFY=""',
      `export DOCKER_HOST="unix://${path}"`,
      `local - none Running unix://${path} v99.1`,
    ],
    '',
  ]);
  expect(gone.stderr).toContain(`dial unix ${path}: connect: `);
});

test('ssh options that require SSH are refused, and not read as the command', async () => {
  const result = await lab.run('docker-machine ssh one -L 80:localhost:80 hostname');
  expect(result).toMatchObject({ exitCode: 1, stdout: '' });
  expect(result.stderr).toMatch(/^ssh -L: .*Put the command after --\.\n$/);
});

test('scp copies content and mode to folders and new names, and refuses a folder without -r', async () => {
  await writeFile(join(lab.work, 'tool'), 'echo works\n', { mode: 0o755 });
  await lab.run('docker-machine ssh one mkdir /root/tools');
  for (const target of ['/root/tools', '/root/tools/', 'tools/', '/root/tools/tool']) {
    expect(await lab.run(`docker-machine scp tool one:${target}`), target).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    const { stdout } = await lab.run('docker-machine ssh one "tools/tool; rm tools/*"');
    expect(stdout, target).toBe('works\n');
  }
  await lab.run('mkdir -p deep/er; echo 1 >deep/er/x; docker-machine scp -r deep one:copy');
  expect((await lab.run('docker-machine ssh one cat copy/er/x')).stdout).toBe('1\n');
  await lab.run('docker-machine scp -r one:copy .');
  expect((await lab.run('cat copy/er/x')).stdout).toBe('1\n');
  // A setuid program of a machine's root must not be setuid on the host.
  await lab.run(
    'docker-machine ssh one "mkdir set; cp /bin/true set/program; cp /bin/true program; chmod 6755 set set/program program"',
  );
  await lab.run('docker-machine scp -r one:set .; docker-machine scp one:program .');
  const modes = await lab.run('stat -c "%a %n" set set/program program');
  expect(modes.stdout).toBe('755 set\n755 set/program\n755 program\n');
  expect(await lab.run('docker-machine scp deep one:')).toMatchObject({
    exitCode: 1,
    stderr: 'scp: deep: not a regular file\nexit status 1\n',
  });
  expect(await lab.run('docker-machine scp tool one:/no/such/folder/x')).toMatchObject({
    exitCode: 1,
    stderr: 'scp: /no/such/folder/x: No such file or directory\nexit status 1\n',
  });
});

test('a file that is larger than any pipe buffer is copied completely', async () => {
  await lab.run('head -c 30000000 /dev/urandom >big; docker-machine scp big one:/var/tmp/big');
  const [here, there] = await Promise.all([
    lab.run('cat big | sha256sum'),
    lab.run('docker-machine ssh one "cat /var/tmp/big | sha256sum"'),
  ]);
  expect(there.stdout).toBe(here.stdout);
});

test('an engine that accepts connections but never answers is a Timeout, within the given limit', async () => {
  const silent = createServer();
  silent.listen(0, '127.0.0.1');
  onTestFinished(async () => {
    silent.close();
    await lab.run('docker-machine rm -y mute');
  });
  await once(silent, 'listening');
  const { port } = silent.address() as { port: number };
  await lab.run(`docker-machine create -d none --url tcp://127.0.0.1:${port} mute`);
  // Long enough for a healthy engine on a busy machine.
  const { stdout } = await lab.run('docker-machine ls -t 5');
  expect(stdout.split('\n').map((line) => line.split(/ +/).slice(0, 4))).toEqual([
    ['NAME', 'ACTIVE', 'DRIVER', 'STATE'],
    ['mute', 'none', 'Timeout', ''],
    ['one', '-', 'netns', 'Running'],
    [''],
  ]);
});

test('an engine with the certificate of another authority is refused', async () => {
  const { stdout: url } = await lab.run('docker-machine url one');
  const other = 'docker-machine -s $HOME/other';
  await lab.run(`${other} create -d none --url ${url.trim()} stranger`);
  const env = await lab.run(`${other} env stranger`);
  expect(env).toMatchObject({ exitCode: 1, stdout: '' });
  expect(env.stderr).toContain("You can attempt to regenerate them using 'docker-machine");
  expect((await lab.run(`${other} ls`)).stdout).toMatch(/stranger .*Unknown .*certificate/);
});

test('regenerate-certs and provision restart only the engine, with a new certificate', async () => {
  const keep = 'date >/root/kept; date >/tmp/kept; cat /root/kept /tmp/kept; stat -c %Z /proc/1';
  const kept = await lab.run(`docker-machine ssh one "${keep}"`);
  const look = 'docker-machine ssh one "cat /root/kept /tmp/kept; stat -c %Z /proc/1"';
  const engine = async () => (await lab.run('docker-machine ssh one cat /run/docker.pid')).stdout;
  const pids = [await engine()];
  const before = await certificateShown();
  expect(await lab.run('docker-machine regenerate-certs -f one')).toMatchObject({ exitCode: 0 });
  const after = await certificateShown();
  pids.push(await engine());
  expect(await lab.run(look)).toMatchObject({ stdout: kept.stdout, stderr: '' });
  const config = '$MACHINE_STORAGE_PATH/machines/one/config.json';
  await lab.run(`sed -i s/colour=blue/colour=green/ ${config}`);
  expect(await lab.run('docker-machine provision one')).toMatchObject({ exitCode: 0 });
  pids.push(await engine());
  expect(await lab.run(look)).toMatchObject({ stdout: kept.stdout, stderr: '' });
  const { stdout } = await lab.run("docker-machine ssh one 'docker info -f {{.Labels}}'");
  expect(stdout).toContain('colour=green');
  expect(new Set(pids).size).toBe(3);
  expect(after.serial).not.toBe(before.serial);
  expect(after.names).toBe(before.names);
  expect(after.names).toContain('DNS:blue.example');
});

test('upgrade replaces the engine bundle, keeps containers, and restarts those with a policy', async () => {
  onTestFinished(async () => {
    await lab.run('docker-machine rm -f moved');
  });
  const create = `docker-machine create --netns-image ${await prepareBusyboxImage()} moved`;
  expect(await lab.run(create)).toMatchObject({ exitCode: 0 });
  const make = `docker run -d --name kept --init --restart always ${BUSYBOX} sh -c "echo hello >/x; exec busybox sleep 1000000"`;
  expect(await lab.run(`docker-machine ssh moved '${make}'`)).toMatchObject({ exitCode: 0 });
  expect(await lab.run('docker-machine upgrade --netns-engine 26.1.5 moved')).toMatchObject({
    exitCode: 0,
    stderr: '',
  });
  expect((await lab.run('docker-machine version moved')).stdout).toMatch(/^26\.1\.5/);
  const { stdout } = await lab.run('docker-machine ssh moved docker exec kept busybox cat /x');
  expect(stdout).toBe('hello\n');
  const refused = await lab.run('docker-machine upgrade --netns-engine 1.2.3 moved');
  expect(refused).toMatchObject({ exitCode: 1 });
  expect(refused.stderr).toContain('unknown engine version "1.2.3". Valid versions: 20.10.5, ');
  expect((await lab.run('docker-machine status moved')).stdout).toBe('Running\n');
});

test('rm -f removes a machine with an unreadable config, with all of its processes', async () => {
  const store = join(lab.home, 'broken');
  const inStore = `docker-machine -s ${store}`;
  onTestFinished(async () => {
    await lab.run(`${inStore} rm -f two`);
  });
  expect(await lab.run(`${inStore} create two`)).toMatchObject({ exitCode: 0 });
  expect(namespacesOf(store)).not.toEqual([]);
  await lab.run(`echo "{broken" >${store}/machines/two/config.json`);
  expect(await lab.run(`${inStore} rm -f two`)).toMatchObject({ exitCode: 0 });
  expect((await lab.run(`${inStore} ls -q`)).stdout).toBe('');
  expect(namespacesOf(store)).toEqual([]);
  expect((await lab.run(`ls -A ${store}/machines`)).stdout).toBe('');
});

/** Returns the network namespaces of a state directory. */
function namespacesOf(store: string): string[] {
  const prefix = namespacePrefix(openStore(store));
  return readdirSync(namespaceFolder).filter((name) => name.startsWith(prefix));
}

/** Returns the certificate that the engine presents to a client with the certificates of the machine. */
async function certificateShown(): Promise<{ serial: string; names: string }> {
  const { stdout } = await lab.run('docker-machine ip one');
  const file = (name: string) => readFileSync(join(lab.store, 'certs', name));
  const credentials = { ca: file('ca.pem'), cert: file('cert.pem'), key: file('key.pem') };
  const socket = connect({ host: stdout.trim(), port: 2376, ...credentials });
  try {
    await once(socket, 'secureConnect');
    const { serialNumber, subjectaltname = '' } = socket.getPeerCertificate();
    return { serial: serialNumber, names: subjectaltname };
  } finally {
    socket.destroy();
  }
}
