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

/** An engine that does not answer: its machine is off, or it ended, or nothing gets through to it. */
export class EngineAway extends HarnessError {
  override readonly name = 'EngineAway';
}

/** Returns the error for an explanation: an {@link EngineAway} if no engine answers. */
export function errorOf(parts: HarnessErrorParts): HarnessError {
  const isAway = parts.code === 'engine-unreachable' || parts.code === 'engine-stopped';
  return isAway ? new EngineAway(parts) : new HarnessError(parts);
}

/** What helps against wrong certificates, of machines that a store knows, and of those that the user named. */
const ofStore = {
  others: 'the store is another one than made the machine; look at MACHINE_STORAGE_PATH',
  files: 'the certificates of the machine are missing or not yours; make the machine anew',
};
const ofUser = {
  others:
    'the TLS folder is not that of this engine: it takes the ca.pem that its certificate is signed by, and a cert.pem and key.pem that it trusts',
  files: 'name the folder with ca.pem, cert.pem and key.pem that the docker client uses for it',
};

/** Why there is no connection to a machine's engine, and what helps. */
export function explainConnection(error: unknown, machine: EngineHost): Explanation {
  if (error instanceof SshFailure && machine.endpoint.kind === 'ssh') {
    return explainSsh(error, machine.endpoint);
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const at = describeEndpoint(machine.endpoint);
  if (machine.endpoint.kind === 'unix' && ['ENOENT', 'EACCES'].includes(code)) {
    return {
      code: code === 'ENOENT' ? 'file-unreadable' : 'login-refused',
      observed: code === 'ENOENT' ? `there is no socket ${at}` : `${at} may not be opened by you`,
      remedy:
        'name the socket that the engine listens on, and be who may use it (root, group docker)',
    };
  }
  const { others, files } = machine.givenAs === undefined ? ofStore : ofUser;
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
      return {
        code: 'host-unknown',
        observed: `there is no host of the name in ${at} (${code})`,
        remedy: 'write it as it is, or give its address',
      };
    case 'ECONNREFUSED':
      return {
        code: 'engine-stopped',
        observed: `connection to ${at} refused`,
        remedy: 'its engine does not run; start it, or read its log for why it ended',
      };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return {
        code: 'engine-unreachable',
        observed: `${at} cannot be reached (${code})`,
        remedy: 'see whether the machine runs and has a route to this host',
      };
    case 'ECONNRESET':
    case 'EPIPE':
      return {
        code: 'engine-stopped',
        observed: `${at} closed the connection`,
        remedy: 'its engine ended meanwhile; read its log',
      };
    case 'ENOENT':
    case 'EACCES':
      return {
        code: 'certificate-wrong',
        observed: firstLine(error),
        remedy: files,
      };
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return {
        code: 'certificate-wrong',
        observed: `the engine at ${at} has a certificate for another address (${firstLine(error)})`,
        remedy: 'something else answers there, or the machine changed its address; make it anew',
      };
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return {
        code: 'certificate-expired',
        observed: `the certificate of the engine at ${at} is not valid now (${code})`,
        remedy: 'set the clock right, or make the machine anew',
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
      remedy: `something else answers there, or ${others}`,
    };
  }
  // Met while it writes, it comes as EPROTO, with OpenSSL's words in the message.
  const said = error instanceof Error ? error.message : '';
  if (/WRONG.VERSION.NUMBER|HTTP.REQUEST|PACKET.LENGTH/i.test(`${code} ${said}`)) {
    return {
      code: 'certificate-wrong',
      observed: `${at} does not speak TLS (${code})`,
      remedy: 'the engine has to listen with --tlsverify',
    };
  }
  if (/ALERT|BAD_CERTIFICATE|UNKNOWN_CA/.test(code)) {
    return {
      code: 'certificate-wrong',
      observed: `the engine at ${at} refuses the certificate of this client (${code})`,
      remedy: others,
    };
  }
  if (code.startsWith('HPE_')) {
    return {
      code: 'engine-unsuitable',
      observed: `${at} does not speak HTTP (${code})`,
      remedy: 'name the port of a Docker Engine',
    };
  }
  return { code: 'engine-refused', observed: firstLine(error) };
}
