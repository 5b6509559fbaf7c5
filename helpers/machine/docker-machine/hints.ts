/** The last boot2docker; its engine, 19.03.12, still has `--cluster-store`. */
const BOOT2DOCKER =
  'https://github.com/boot2docker/boot2docker/releases/download/v19.03.12/boot2docker.iso';

/** What docker-machine, VirtualBox or an engine say when one of their known limits is met, and what helps. */
const remedies: readonly {
  readonly says: RegExp;
  readonly remedy: string | ((said: RegExpExecArray) => string);
}[] = [
  {
    // VirtualBox 6.1.28 and later: https://www.virtualbox.org/manual/ch06.html#network_hostonly
    says: /hostonlyif ipconfig \S+ --ip (\d+\.\d+\.\d+)\.\d+ --netmask 255\.255\.255\.0 failed:.*E_ACCESSDENIED/s,
    remedy: ([, network = '']) => allowRange(`${network}.0/24`),
  },
  {
    says: /not within the allowed ranges|hostonlyif.*E_ACCESSDENIED/is,
    remedy: allowRange('192.168.99.0/24'),
  },
  {
    says: /multiple host-only adapters with the same (?:IP|name)/i,
    remedy:
      '`VBoxManage list hostonlyifs` shows them, `VBoxManage hostonlyif remove NAME` removes the one that nobody uses',
  },
  {
    says: /host-only cidr conflicts with the network address of a host interface/i,
    remedy:
      'give the machines another range: VIRTUALBOX_HOSTONLY_CIDR=192.168.98.1/24, and list it in /etc/vbox/networks.conf',
  },
  {
    says: /\/dev\/vboxdrv does not exist|VERR_VM_DRIVER_NOT_INSTALLED|host-only adapter we just created is not visible/i,
    remedy:
      'VirtualBox’s kernel modules are not loaded: `sudo /sbin/vboxconfig` builds and loads them',
  },
  {
    // boot2docker is not developed any more: v19.03.12 is its latest release for good.
    says: /failure getting a version tag from the Github API response|releases\/latest.*(?:dial tcp|timeout|EOF)/is,
    remedy: `name the image itself, a URL or a file: VIRTUALBOX_BOOT2DOCKER_URL=${BOOT2DOCKER}`,
  },
  {
    says: /VT-X\/AMD-v|VERR_VMX_NO_VMX|VERR_SVM_DISABLED/i,
    remedy:
      'switch the processor’s virtualization on in the firmware, or in a virtual machine set VIRTUALBOX_NO_VTX_CHECK=true',
  },
  {
    says: /VBoxManage not found/i,
    remedy: 'install VirtualBox and put VBoxManage on PATH, or choose another with MACHINE_DRIVER',
  },
  {
    // https://github.com/docker/machine/issues/1521: a virtual machine of that name, left by another store.
    says: /Machine settings file .* already exists|VBOX_E_FILE_ERROR/i,
    remedy:
      'VirtualBox still has a virtual machine of this name: `VBoxManage unregistervm NAME --delete`',
  },
  {
    says: /generic driver requires the --generic-ip-address/i,
    remedy:
      'say which host each machine is: GENERIC_IP_ADDRESS__MH_KEYSTORE=192.168.99.100 and so on, or addresses in the topology',
  },
  {
    says: /driver does not support (start|stop|kill)/i,
    remedy: 'this driver cannot do that: use virtualbox or netns where machines are stopped',
  },
  {
    says: /Host key verification failed|Too many retries waiting for SSH|dial tcp .*:22: /i,
    remedy: 'see that sshd answers there and takes the key (GENERIC_SSH_USER, GENERIC_SSH_KEY)',
  },
  {
    says: /sudo: a password is required|sudo: a terminal is required/i,
    remedy: 'let the SSH user run sudo without a password',
  },
  {
    says: /certificate .*(expired|not yet valid)|certificate has expired/i,
    remedy: '`docker-machine regenerate-certs -f --client-certs NAME` renews them',
  },
];

/** What helps against what was said; `undefined` when nothing in it is known. */
export function findRemedy(output: string): string | undefined {
  for (const { says, remedy } of remedies) {
    const said = says.exec(output);
    if (said !== null) return typeof remedy === 'string' ? remedy : remedy(said);
  }
  return undefined;
}

/** What makes VirtualBox allow a range. */
export function allowRange(range: string): string {
  return `VirtualBox from 6.1.28 on allows only ranges that are listed: add the line «* ${range}» to /etc/vbox/networks.conf`;
}

/**
 * Why an engine with these options does not start, judged by its version: from 23.0 on there is no `--cluster-store`.
 * https://docs.docker.com/engine/deprecated/#about-legacy-node-based-swarm
 */
export function explainEngineOptions(
  engineOptions: readonly string[],
  version: string,
): { observed: string; remedy: string } | undefined {
  const major = Number(/^\d+/.exec(version)?.[0]);
  const clustered = engineOptions.some((option) => option.startsWith('cluster-'));
  if (!clustered || !(major >= 23)) return undefined;
  return {
    observed: `its engine is ${version}, and --cluster-store is gone since 23.0`,
    remedy: `take an older engine: VIRTUALBOX_BOOT2DOCKER_URL=${BOOT2DOCKER}, or with other drivers MACHINE_DOCKER_INSTALL_URL to a script that installs 19.03 or 20.10`,
  };
}
