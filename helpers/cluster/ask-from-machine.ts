import type { MachineProvider } from '../machine/machine.ts';

/**
 * GETs a URL from inside of a machine and gives the body; an unreachable one is an error.
 * A machine of whatever provider has at least one of curl, wget and bash.
 */
export async function askFromMachine(
  provider: MachineProvider,
  machine: string,
  url: string,
  { limit = 10_000, signal }: { limit?: number; signal?: AbortSignal | undefined } = {},
): Promise<string> {
  const { hostname, port, pathname, search } = new URL(url);
  const { stdout } = await provider.run(
    machine,
    ['sh', '-c', script, 'ask', url, hostname, port === '' ? '80' : port, pathname + search],
    { title: `${machine}: GET ${url}`, limit, signal },
  );
  // Bash gives the whole response.
  return stdout.startsWith('HTTP/') ? stdout.slice(stdout.indexOf('\r\n\r\n') + 4) : stdout;
}

const script = `
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
if command -v curl >/dev/null; then exec curl -sSf --max-time 5 "$1"; fi
if command -v wget >/dev/null; then exec wget -q -T 5 -O - "$1"; fi
exec bash -c 'exec 3<>"/dev/tcp/$0/$1" || exit 7
printf "GET %s HTTP/1.0\\r\\nHost: %s\\r\\n\\r\\n" "$2" "$0" >&3
IFS= read -r status <&3
case $status in *" 200 "*) printf "%s\\n" "$status"; exec cat <&3;; *) echo "$status" >&2; exit 22;; esac' "$2" "$3" "$4"
`;
