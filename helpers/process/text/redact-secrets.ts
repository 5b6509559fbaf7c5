/** The replacement of a secret. */
const HIDDEN = '…';

/** Names of secrets; names of their locations (`…Path`, `…File`) do not match. */
const SECRET = String.raw`[\w.-]{0,64}(?:passw(?:or)?d|passphrase|secret|token|(?:api|access|private|auth)[_-]?key|credential)s?(?![\w.-]{0,64}(?:path|file|folder|dir|name)\b)[\w.-]{0,64}`;

/** A value in quotes, with escapes of JSON and of shells; or a word. */
const VALUE = String.raw`"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s'",;&\\]+`;

const RULES: readonly (readonly [secret: RegExp, shown: string])[] = [
  // A swarm's join token: its last part admits any node.
  [/\b(SWMTKN-\d+-\w+-)\w+/g, `$1${HIDDEN}`],
  [
    /(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----)[^-]*(-----END [A-Z ]{0,40}PRIVATE KEY-----)/g,
    `$1${HIDDEN}$2`,
  ],
  // https://user:password@host
  [/\b([a-z][a-z\d+.-]{0,20}:\/\/[^\s:/@'"]{0,256}:)[^\s@/'"]{1,256}@/gi, `$1${HIDDEN}@`],
  [/\b(authorization["']?\s{0,3}[:=]\s{0,3}["']?(?:basic|bearer)\s+)[\w.~+/=-]+/gi, `$1${HIDDEN}`],
  // "GithubApiToken": "value"
  [new RegExp(String.raw`("${SECRET}"\s{0,8}:\s{0,8})"(?:[^"\\\n]|\\.)+"`, 'gi'), `$1"${HIDDEN}"`],
  // 'MYSQL_ROOT_PASSWORD=several words': up to the quote that closes it
  [new RegExp(String.raw`(["'])(${SECRET}=)(?:(?!\1)[^\\\n]|\\.)*\1`, 'gi'), `$1$2${HIDDEN}$1`],
  // MYSQL_ROOT_PASSWORD=value, --token=value
  [new RegExp(`(?<![\\w.-])(${SECRET}=)(?:${VALUE})`, 'gi'), `$1${HIDDEN}`],
  // --token value
  [new RegExp(`(?<![\\w.-])(--${SECRET}[ ])(?!-)(?:${VALUE})`, 'gi'), `$1${HIDDEN}`],
];

/**
 * Removes passwords, tokens and private keys from a text. It applies to all published commands and their output, and to
 * all errors: many people read reports, and the nightly workflow publishes them.
 */
export function redactSecrets(text: string): string {
  return RULES.reduce((clean, [secret, shown]) => clean.replace(secret, shown), text);
}

/** Returns the names of a container's environment variables without their values: any value may be a secret. */
export function redactEnvironment(settings: readonly string[]): string[] {
  return settings.map((setting) => {
    const at = setting.indexOf('=');
    // Classic Swarm's `constraint:node==worker-host` selects the node of a container.
    return at < 0 || /^(?:constraint|affinity):/.test(setting)
      ? setting
      : `${setting.slice(0, at)}=${HIDDEN}`;
  });
}

/** Returns an engine's inspection of a container or service as JSON, without environment values and tokens. */
export function printInspection(facts: unknown): string {
  return redactSecrets(JSON.stringify(facts, withoutEnvironment, 2) ?? String(facts));
}

function withoutEnvironment(key: string, value: unknown): unknown {
  const isEnvironment = key.toLowerCase() === 'env' && Array.isArray(value);
  return isEnvironment ? redactEnvironment(value.map(String)) : value;
}
