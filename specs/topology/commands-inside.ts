import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../helpers/process/run-command.ts';
import { overlayCommand } from './command.ts';
import { expect, expectUntouched, type Lab } from './lab.ts';
import { expectRefusal, test } from './running.ts';

/** Tests the commands that work in a running topology: `exec`, `shell`, `logs`, `events` and `capture`. */
export function testCommandsInside(): void {
  test('exec runs a program in a container and in a machine, with its input, output and exit code', async ({
    running: { lab },
  }) => {
    // Runs: npx overlay-e2e exec tomcat-app ping -c 1 mysqlserver
    const ping = await lab.run('exec', 'tomcat-app', 'ping', '-c', '1', 'mysqlserver');
    expect(ping, ping.stderr).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ping.stdout).toContain('1 packets transmitted, 1 received');
    // Runs: npx overlay-e2e exec worker-host bridge fdb show
    const entries = await lab.run('exec', 'worker-host', 'bridge', 'fdb', 'show');
    expect(entries.stdout).toMatch(/^[\da-f:]{17} dev /m);
    for (const name of ['mysqlserver', 'worker-host']) {
      const script = 'cat; echo an error >&2; exit 7';
      const ended = await typeInto(lab, 'a line', 'exec', name, 'sh', '-c', script);
      expect(ended).toEqual({ exitCode: 7, stdout: 'a line', stderr: 'an error\n' });
    }
  });

  test('shell runs piped commands where no terminal is connected', async ({ running: { lab } }) => {
    // Runs: echo "ip route" | npx overlay-e2e shell mysqlserver
    const inside = await typeInto(lab, 'ip route; exit 3', 'shell', 'mysqlserver');
    expect(inside).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('10.0.9.0/24') });
    const machine = await typeInto(lab, 'hostname', 'shell', 'worker-host');
    expect(machine).toMatchObject({ exitCode: 0, stdout: 'worker-host\n' });
  });

  test('logs prints the last lines of a container and of an engine, without control characters', async ({
    running: { lab },
  }) => {
    const clear = String.raw`printf '\033[2Jtwo\n' >/proc/1/fd/1`;
    await lab.run('exec', 'tomcat-app', 'sh', '-c', clear);
    // Runs: npx overlay-e2e logs tomcat-app --tail 20
    const { stdout, stderr } = await lab.run('logs', 'tomcat-app', '--tail', '20');
    expect(stdout, stderr).toContain(String.raw`\x1b[2Jtwo`);
    expect(stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(20);
    const engine = await lab.run('logs', 'worker-host');
    expect(engine.stdout).toContain('Starting up');
  });

  test('events has what happened on every engine, and ends after its time', async ({
    running: { lab },
  }) => {
    for (const name of ['tomcat-app', 'mysqlserver']) await lab.run('exec', name, 'true');
    // Runs: npx overlay-e2e events --since 600 --for 1
    const { exitCode, stdout, stderr } = await lab.run('events', '--since', '600', '--for', '1');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/Z {2}master-host {2}container exec_start: true tomcat-app \(/);
    expect(stdout).toMatch(/Z {2}worker-host {2}container exec_start: true mysqlserver \(/);
  });

  test('capture records a ping at every device of its path into one file, and removes its probes', async ({
    running: { lab },
    folder,
  }) => {
    const before = await lab.traces();
    const file = join(folder, 'ping.pcapng');
    // Runs: npx overlay-e2e capture tomcat-app my-net mysqlserver --file ping.pcapng
    const places = ['tomcat-app', 'my-net', 'mysqlserver', 'master-host'];
    const capture = lab.start('capture', ...places, '--for', '600', '--file', file);
    await capture.says('Ctrl-C ends it');
    const pattern = ['-p', '6f7665726c6179', '-s', '100'];
    await lab.run('exec', 'tomcat-app', 'ping', '-c', '1', ...pattern, 'mysqlserver');
    capture.signal('SIGINT', 'command');
    const { exitCode, stderr } = await capture.ended;
    expect(exitCode, stderr).toBe(0);
    const bytes = await readFile(file);
    for (const device of [
      'master-host/container tomcat-app/eth0',
      'master-host/overlay my-net/vxlan0',
      'master-host/host/eth1',
      'worker-host/overlay my-net/vxlan0',
      'worker-host/container mysqlserver/eth0',
    ]) {
      expect(bytes.includes(device), device).toBe(true);
    }
    // The payload of the request and of the reply, on each of these devices at least.
    const payload = Buffer.from('overlayoverlayoverlay');
    const framed = bytes.toString('latin1').split('\x06\0\0\0').slice(1);
    const found = framed.filter((one) => one.includes(payload.toString('latin1')));
    expect(found.length).toBeGreaterThanOrEqual(10);
    await expectUntouched(lab, before);
  });

  test('a capture of an unknown place leaves an earlier file as it is', async ({
    running: { lab },
    folder,
  }) => {
    const file = join(folder, 'earlier.pcapng');
    await writeFile(file, 'earlier');
    const { exitCode, stderr } = await lab.run('capture', 'my-nat', '--file', file);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^overlay-e2e: my-nat: .*Did you mean "my-net"\?$/m);
    expect(await readFile(file, 'utf8')).toBe('earlier');
  });

  test('they name a similar container for an unknown one, and up where no topology runs', async ({
    running,
    lab,
  }) => {
    const unknown = await running.lab.run('exec', 'tomcat', 'true');
    expect(unknown).toMatchObject({ exitCode: 2, stdout: '' });
    expect(unknown.stderr).toMatch(/^overlay-e2e: tomcat: .*Did you mean "tomcat-app"\?$/m);
    expectRefusal(
      await lab.run('logs', 'tomcat-app'),
      `logs of tomcat-app: no topology is running in ${lab.store}. Run "overlay-e2e up" first.`,
    );
  });
}

/** Runs `overlay-e2e` with this text as its input. */
async function typeInto(lab: Lab, input: string, ...words: string[]) {
  return await runCommand(overlayCommand, words, { env: lab.env, input, expect: 'any' });
}
