/** The syntax of a shell for environment variables and hints. */
export interface Shell {
  set(name: string, value: string): string;
  unset(name: string): string;
  hint(commandLine: string): string;
}

const INTRODUCTION = 'Run this command to configure your shell: ';

const bash: Shell = {
  set: (name, value) => `export ${name}="${value}"`,
  unset: (name) => `unset ${name}`,
  hint: (line) => `# ${INTRODUCTION}\n# eval $(${line})`,
};

const SHELLS: Readonly<Record<string, Shell>> = {
  fish: {
    set: (name, value) => `set -gx ${name} "${value}";`,
    unset: (name) => `set -e ${name};`,
    hint: (line) => `# ${INTRODUCTION}\n# eval (${line})`,
  },
  powershell: {
    set: (name, value) => `$Env:${name} = "${value}"`,
    unset: (name) => `Remove-Item Env:\\\\${name}`,
    hint: (line) => `# ${INTRODUCTION}\n# & ${line} | Invoke-Expression`,
  },
  cmd: {
    set: (name, value) => `SET ${name}=${value}`,
    unset: (name) => `SET ${name}=`,
    hint: (line) => `REM ${INTRODUCTION}\nREM \t@FOR /f "tokens=*" %i IN ('${line}') DO @%i`,
  },
  tcsh: {
    set: (name, value) => `setenv ${name} "${value}";`,
    unset: (name) => `unsetenv ${name};`,
    hint: (line) => `: ${INTRODUCTION}\n: eval \`${line}\``,
  },
  emacs: {
    set: (name, value) => `(setenv "${name}" "${value}")`,
    unset: (name) => `(setenv "${name}" nil)`,
    hint: (line) =>
      `;; ${INTRODUCTION}\n;; (with-temp-buffer (shell-command "${line}" (current-buffer)) (eval-buffer))`,
  },
};

/** Returns the shell of that name; unknown shells are treated like bash. */
export function shellNamed(name: string): Shell {
  return SHELLS[name] ?? bash;
}

/** The lines that make `variables` the shell's own, and the hint beneath them. */
export function renderSet(
  shell: Shell,
  variables: readonly (readonly [name: string, value: string])[],
  commandLine: string,
): string {
  const lines = variables.map(([name, value]) => shell.set(name, value));
  return `${[...lines, shell.hint(commandLine)].join('\n')}\n`;
}

/** The lines that remove variables, and the hint beneath them. */
export function renderUnset(shell: Shell, names: readonly string[], commandLine: string): string {
  const lines = names.map((name) => shell.unset(name));
  return `${[...lines, shell.hint(commandLine)].join('\n')}\n`;
}

/** `no_proxy` or `NO_PROXY`, whichever the environment uses, with `address` among its hosts. */
export function noProxyWith(
  address: string,
  environment: Readonly<Record<string, string | undefined>>,
): readonly [name: string, value: string] {
  const [name, hosts] = noProxyIn(environment);
  if (hosts === '') return [name, address];
  return [name, hosts.split(',').includes(address) ? hosts : `${hosts},${address}`];
}

/** The environment's list of hosts that no proxy is used for; the lower-case name counts first. */
export function noProxyIn(
  environment: Readonly<Record<string, string | undefined>>,
): readonly [name: string, value: string] {
  const lower = environment['no_proxy'] ?? '';
  return lower === '' ? ['NO_PROXY', environment['NO_PROXY'] ?? ''] : ['no_proxy', lower];
}
