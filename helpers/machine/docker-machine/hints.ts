/** The last release of boot2docker. Its engine, 19.03.12, still supports `--cluster-store`. */
const BOOT2DOCKER =
  'https://github.com/boot2docker/boot2docker/releases/download/v19.03.12/boot2docker.iso';

/** The messages of docker-machine, VirtualBox and engines about known limits, with hints. */
const hints: readonly {
  readonly says: RegExp;
  readonly hint: string | ((said: RegExpExecArray) => string);
}[] = [
  {
    // VirtualBox 6.1.28 and later: https://www.virtualbox.org/manual/ch06.html#network_hostonly
    says: /hostonlyif ipconfig \S+ --ip (\d+\.\d+\.\d+)\.\d+ --netmask 255\.255\.255\.0 failed:.*E_ACCESSDENIED/s,
    hint: ([, network = '']) => allowRange(`${network}.0/24`),
  },
  {
    says: /not within the allowed ranges|hostonlyif.*E_ACCESSDENIED/is,
    hint: allowRange('192.168.99.0/24'),
  },
  {
    says: /multiple host-only adapters with the same (?:IP|name)/i,
    hint: 'delete an unused host-only interface: `VBoxManage list hostonlyifs` lists them, `VBoxManage hostonlyif remove NAME` deletes one',
  },
  {
    says: /host-only cidr conflicts with the network address of a host interface/i,
    hint: 'set VIRTUALBOX_HOSTONLY_CIDR=192.168.98.1/24 to give the machines another range, and list it in /etc/vbox/networks.conf',
  },
  {
    says: /\/dev\/vboxdrv does not exist|VERR_VM_DRIVER_NOT_INSTALLED|host-only adapter we just created is not visible/i,
    hint: 'run `sudo /sbin/vboxconfig` to build and load VirtualBox’s kernel modules',
  },
  {
    // boot2docker is no longer developed: v19.03.12 stays its latest release.
    says: /failure getting a version tag from the Github API response|releases\/latest.*(?:dial tcp|timeout|EOF)/is,
    hint: `set the image, a URL or a file: VIRTUALBOX_BOOT2DOCKER_URL=${BOOT2DOCKER}`,
  },
  {
    says: /VT-X\/AMD-v|VERR_VMX_NO_VMX|VERR_SVM_DISABLED/i,
    hint: 'enable hardware virtualization in the firmware, or in a virtual machine set VIRTUALBOX_NO_VTX_CHECK=true',
  },
  {
    says: /VBoxManage not found/i,
    hint: 'install VirtualBox with VBoxManage on PATH, or choose another driver with MACHINE_DRIVER',
  },
  {
    // https://github.com/docker/machine/issues/1521: another state directory created a virtual machine with this name.
    says: /Machine settings file .* already exists|VBOX_E_FILE_ERROR/i,
    hint: 'delete the virtual machine with this name from VirtualBox: `VBoxManage unregistervm NAME --delete`',
  },
  {
    says: /generic driver requires the --generic-ip-address/i,
    hint: 'set the host of each machine: GENERIC_IP_ADDRESS__MH_KEYSTORE=192.168.99.100, or addresses in the topology',
  },
  {
    says: /driver does not support (start|stop|kill)/i,
    hint: 'use virtualbox or netns: this driver cannot stop machines',
  },
  {
    says: /Host key verification failed|Too many retries waiting for SSH|dial tcp .*:22: /i,
    hint: 'check that sshd on the host answers and accepts the key (GENERIC_SSH_USER, GENERIC_SSH_KEY)',
  },
  {
    says: /sudo: a password is required|sudo: a terminal is required/i,
    hint: 'allow the SSH user to run sudo without a password',
  },
  {
    says: /certificate .*(expired|not yet valid)|certificate has expired/i,
    hint: 'run `docker-machine regenerate-certs -f --client-certs NAME` to renew the certificates',
  },
];

/** Returns the hint for a command's output; undefined if no message is known. */
export function findHint(output: string): string | undefined {
  for (const { says, hint } of hints) {
    const said = says.exec(output);
    if (said !== null) return typeof hint === 'string' ? hint : hint(said);
  }
  return undefined;
}

/** Returns the hint that makes VirtualBox allow a range. */
export function allowRange(range: string): string {
  return `add the line "* ${range}" to /etc/vbox/networks.conf: VirtualBox 6.1.28 and later allow only listed ranges`;
}

/**
 * Explains why an engine with these options does not start, according to its version: 23.0 removed `--cluster-store`.
 * https://docs.docker.com/engine/deprecated/#about-legacy-node-based-swarm
 */
export function explainEngineOptions(
  engineOptions: readonly string[],
  version: string,
): { observed: string; hint: string } | undefined {
  const major = Number(/^\d+/.exec(version)?.[0]);
  const clustered = engineOptions.some((option) => option.startsWith('cluster-'));
  if (!clustered || !(major >= 23)) return undefined;
  return {
    observed: `the engine has version ${version}, and Docker 23.0 removed --cluster-store`,
    hint: `use an older engine: VIRTUALBOX_BOOT2DOCKER_URL=${BOOT2DOCKER}, or with other drivers MACHINE_DOCKER_INSTALL_URL with the URL of a script that installs 19.03 or 20.10`,
  };
}
