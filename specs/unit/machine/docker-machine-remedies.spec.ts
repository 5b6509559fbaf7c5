import { expect, test } from 'vitest';
import {
  explainEngineOptions,
  findRemedy,
} from '../../../helpers/machine/docker-machine-remedies.ts';

test('VirtualBox’s refusal of an address range is answered with the line that allows it', () => {
  const said = [
    'VBoxManage: error: Code E_ACCESSDENIED (0x80070005) - Access denied (extended info not available)',
    'VBoxManage: error: Context: "EnableStaticIPConfig(Bstr(pszIp).raw(), Bstr(pszNetmask).raw())" at line 242 of file VBoxManageHostonly.cpp',
    'IP address configured for the host-only network is not within the allowed ranges.',
  ].join('\n');
  expect(findRemedy(said)).toContain('«* 192.168.99.0/24» to /etc/vbox/networks.conf');
});

test('what is not known gets no remedy', () => {
  expect(findRemedy('the moon is full')).toBeUndefined();
});

test('an engine from 23.0 on explains why it does not start with a cluster store', () => {
  const options = ['cluster-store=consul://192.168.99.100:8500'];
  expect(explainEngineOptions(options, '24.0.7')).toMatchObject({
    observed: 'its engine is 24.0.7, and --cluster-store is gone since 23.0',
    remedy: expect.stringContaining('v19.03.12/boot2docker.iso'),
  });
  expect(explainEngineOptions(options, '20.10.5+dfsg1')).toBeUndefined();
  expect(explainEngineOptions([], '24.0.7')).toBeUndefined();
  expect(explainEngineOptions(options, '')).toBeUndefined();
});
