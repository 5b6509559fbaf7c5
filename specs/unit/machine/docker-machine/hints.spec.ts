import { expect, test } from 'vitest';
import {
  explainEngineOptions,
  findHint,
} from '../../../../helpers/machine/docker-machine/hints.ts';

test.each([
  ['192.168.99.1', '192.168.99.0/24'],
  ['10.11.12.1', '10.11.12.0/24'],
])('the hint for VirtualBox’s refusal of %s is the line that allows its range', (ip, range) => {
  // The output of docker-machine with VirtualBox 6.1.28: https://github.com/kubernetes/minikube/issues/12748
  const said = [
    `Error creating machine: Error in driver during machine creation: Error setting up host only network on machine start: /usr/bin/VBoxManage hostonlyif ipconfig vboxnet0 --ip ${ip} --netmask 255.255.255.0 failed:`,
    'VBoxManage: error: Code E_ACCESSDENIED (0x80070005) - Access denied (extended info not available)',
    'VBoxManage: error: Context: "EnableStaticIPConfig(Bstr(pszIp).raw(), Bstr(pszNetmask).raw())" at line 242 of file VBoxManageHostonly.cpp',
  ].join('\n');
  expect(findHint(said)).toContain(`add the line "* ${range}" to /etc/vbox/networks.conf`);
});

test.each([
  [
    'VirtualBox is configured with multiple host-only adapters with the same IP "192.168.99.1". Please remove one',
    'VBoxManage hostonlyif remove',
  ],
  [
    'host-only cidr conflicts with the network address of a host interface',
    'VIRTUALBOX_HOSTONLY_CIDR=192.168.98.1/24',
  ],
  [
    'WARNING: The character device /dev/vboxdrv does not exist.\n\t Please install the virtualbox-dkms package',
    'sudo /sbin/vboxconfig',
  ],
  [
    'failure getting a version tag from the Github API response (are you getting rate limited by Github?)',
    'VIRTUALBOX_BOOT2DOCKER_URL=https://github.com/boot2docker/',
  ],
  [
    'Get https://api.github.com/repos/boot2docker/boot2docker/releases/latest: dial tcp: lookup api.github.com: no such host',
    'VIRTUALBOX_BOOT2DOCKER_URL=https://github.com/boot2docker/',
  ],
  [
    "This computer doesn't have VT-X/AMD-v enabled. Enabling it in the BIOS is mandatory",
    'VIRTUALBOX_NO_VTX_CHECK=true',
  ],
  ['generic driver requires the --generic-ip-address option', 'GENERIC_IP_ADDRESS__MH_KEYSTORE='],
  ['generic driver does not support stop', 'use virtualbox or netns'],
])('"%s" has a hint', (said, hint) => {
  expect(findHint(`Creating CA: ca.pem\n${said}\n`)).toContain(hint);
});

test('an unknown message has no hint', () => {
  expect(findHint('the moon is full')).toBeUndefined();
});

test('an engine from 23.0 on: the error explains why it does not start with --cluster-store', () => {
  const options = ['cluster-store=consul://192.168.99.100:8500'];
  expect(explainEngineOptions(options, '24.0.7')).toMatchObject({
    observed: 'the engine has version 24.0.7, and Docker 23.0 removed --cluster-store',
    hint: expect.stringContaining('v19.03.12/boot2docker.iso'),
  });
  expect(explainEngineOptions(options, '20.10.5+dfsg1')).toBeUndefined();
  expect(explainEngineOptions([], '24.0.7')).toBeUndefined();
  expect(explainEngineOptions(options, '')).toBeUndefined();
});
