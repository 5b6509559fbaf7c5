import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findProgram } from '../../helpers/process/files/find-program.ts';
import { runCommand } from '../../helpers/process/run-command.ts';

const withHosts = fileURLToPath(new URL('generic-hosts/with-generic-hosts.ts', import.meta.url));

// The commands that docker-machine runs on a host that it adopts.
const adopt = `set -eu
ssh_to() {
  ssh -q -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \\
    -i "$GENERIC_SSH_KEY__HOST_1" "$GENERIC_SSH_USER@$GENERIC_IP_ADDRESS__HOST_1" "$1"
}
echo "driver $MACHINE_DRIVER"
ssh_to 'echo "user $(id -un)"; echo "sudo $(sudo -n id -u)"; . /etc/os-release; echo "system $ID"'
ssh_to 'DEBIAN_FRONTEND=noninteractive sudo -E apt-get install -y curl && type curl docker >/dev/null && docker --version'
ssh_to 'sudo systemctl -f stop docker; sudo docker version 2>&1 | tail -1'
ssh_to 'sudo mkdir -p /etc/systemd/system/docker.service.d && printf %s "[Service]
ExecStart=
ExecStart=/usr/bin/dockerd -H unix:///var/run/docker.sock --label adopted=yes
Environment=\\"A=b\\"
" | sudo tee /etc/systemd/system/docker.service.d/10-machine.conf >/dev/null'
ssh_to 'sudo systemctl daemon-reload && sudo systemctl -f start docker && sudo systemctl -f enable docker'
ssh_to 'sudo docker info --format "labels {{.Labels}}"'
ssh_to 'echo "listens $(ss -tln | grep -c :2376)"'
exit 7
`;

test('a host for the driver generic has sshd, sudo for its user, and an engine under systemctl', async ({
  skip,
}) => {
  if (findProgram('ssh') === undefined) skip('no ssh on PATH to log in with');
  const argv = [withHosts, 'host-1', '--', 'sh', '-c', adopt];
  const { stdout, stderr } = await runCommand(process.execPath, argv, { expect: [7] });
  expect(stdout.split('\n'), stderr).toEqual([
    'driver generic',
    'user docker',
    'sudo 0',
    expect.stringMatching(/^system \w+$/),
    expect.stringMatching(/^Docker version /),
    expect.stringContaining('Cannot connect to the Docker daemon'),
    'labels [adopted=yes]',
    'listens 0',
    '',
  ]);
});

test('hosts are requested by the names of machines', async () => {
  const { stderr } = await runCommand(process.execPath, [withHosts, 'host-1'], { expect: [2] });
  expect(stderr).toContain('usage: with-generic-hosts.ts MACHINE… -- COMMAND…');
});
