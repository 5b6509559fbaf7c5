import {
  firstLine,
  HarnessError,
  type HarnessErrorParts,
} from '../../process/errors/harness-error.ts';
import { describeEndpoint } from './require-tls.ts';
import type { Explanation } from './explanation.ts';
import { explainSsh } from './explain-ssh.ts';
import type { EngineHost } from './endpoint.ts';
import { SshFailure } from './ssh-socket.ts';

/** The error for an engine that does not answer: its machine is off, it has ended, or packets are lost. */
export class EngineAway extends HarnessError {
  override readonly name = 'EngineAway';
}

/** Returns the error for an explanation: an {@link EngineAway} if no engine answers. */
export function errorOf(parts: HarnessErrorParts): HarnessError {
  const isAway = parts.code === 'engine-unreachable' || parts.code === 'engine-stopped';
  return isAway ? new EngineAway(parts) : new HarnessError(parts);
}

/** Hints for wrong certificates, of machines in a state directory, and of engines that the user named. */
const ofStore = {
  others: 'check MACHINE_STORAGE_PATH: another state directory may have created the machine',
  files: 'create the machine again: its certificates are missing or belong to another user',
};
const ofUser = {
  others:
    'check the TLS folder: it needs the ca.pem that signed the certificate of this engine, and a cert.pem and key.pem that the engine trusts',
  files: 'give the folder with the ca.pem, cert.pem and key.pem that the docker client uses for it',
};

/** Explains a failed connection to a machine's engine, with a hint. */
export function explainConnection(error: unknown, machine: EngineHost): Explanation {
  if (error instanceof SshFailure && machine.endpoint.kind === 'ssh') {
    return explainSsh(error, machine.endpoint);
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const at = describeEndpoint(machine.endpoint);
  if (machine.endpoint.kind === 'unix' && ['ENOENT', 'EACCES'].includes(code)) {
    return {
      code: code === 'ENOENT' ? 'file-unreadable' : 'login-refused',
      observed: code === 'ENOENT' ? `socket ${at} not found` : `no permission to open ${at}`,
      hint: 'give the socket of the engine, and run as a user with access to it (root, group docker)',
    };
  }
  const { others, files } = machine.givenAs === undefined ? ofStore : ofUser;
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
      return {
        code: 'host-unknown',
        observed: `unknown host name in ${at} (${code})`,
        hint: 'check the spelling, or give its address',
      };
    case 'ECONNREFUSED':
      return {
        code: 'engine-stopped',
        observed: `connection to ${at} refused`,
        hint: 'start the engine, or read its log for the reason of its end',
      };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return {
        code: 'engine-unreachable',
        observed: `${at} cannot be reached (${code})`,
        hint: 'check that the machine runs and has a route to this host',
      };
    case 'ECONNRESET':
    case 'EPIPE':
      return {
        code: 'engine-stopped',
        observed: `${at} closed the connection`,
        hint: 'read the log of the engine, which has ended',
      };
    case 'ENOENT':
    case 'EACCES':
      return {
        code: 'certificate-wrong',
        observed: firstLine(error),
        hint: files,
      };
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return {
        code: 'certificate-wrong',
        observed: `the engine at ${at} has a certificate for another address (${firstLine(error)})`,
        hint: 'create the machine again if its address has changed; otherwise, another program answers at this address',
      };
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return {
        code: 'certificate-expired',
        observed: `the certificate of the engine at ${at} is not valid now (${code})`,
        hint: 'correct the clock, or create the machine again',
      };
    default:
      return explainTls(error, code, at, others);
  }
}

function explainTls(error: unknown, code: string, at: string, others: string): Explanation {
  if (/SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|SIGNATURE_FAILURE/.test(code)) {
    return {
      code: 'certificate-wrong',
      observed: `the engine at ${at} has a certificate of another authority (${code})`,
      hint: `${others}; otherwise, another program answers at this address`,
    };
  }
  // During a write, the error is EPROTO, with the message of OpenSSL.
  const said = error instanceof Error ? error.message : '';
  if (/WRONG.VERSION.NUMBER|HTTP.REQUEST|PACKET.LENGTH/i.test(`${code} ${said}`)) {
    return {
      code: 'certificate-wrong',
      observed: `${at} does not speak TLS (${code})`,
      hint: 'start the engine with --tlsverify',
    };
  }
  if (/ALERT|BAD_CERTIFICATE|UNKNOWN_CA/.test(code)) {
    return {
      code: 'certificate-wrong',
      observed: `the engine at ${at} refuses the certificate of this client (${code})`,
      hint: others,
    };
  }
  if (code.startsWith('HPE_')) {
    return {
      code: 'engine-unsuitable',
      observed: `${at} does not speak HTTP (${code})`,
      hint: 'give the port of a Docker Engine',
    };
  }
  return { code: 'engine-refused', observed: firstLine(error) };
}
