import { posix, sep } from 'node:path';

/** The folders of one folder, from the top down; `.` stands for the files directly in it. */
interface Order {
  readonly folder: string;
  readonly order: readonly string[];
}

/** The parts of oxlint's plugin interface (ESLint's) that the rule needs. */
interface Context {
  readonly filename: string;
  readonly cwd: string;
  readonly options: readonly { readonly orders: readonly Order[] }[];
  report(problem: { readonly node: unknown; readonly message: string }): void;
}

interface Import {
  readonly source: { readonly value?: unknown; readonly type: string } | null;
}

/** Explains why `file` must not import `target`; undefined if it may. Paths are relative to the repository, with slashes. */
export function explainOrder(
  file: string,
  target: string,
  orders: readonly Order[],
): string | undefined {
  if (file.startsWith('helpers/') && target.startsWith('specs/')) {
    return 'helpers/ must not import from specs/';
  }
  for (const { folder, order } of orders) {
    const [from, to] = [childOf(folder, file), childOf(folder, target)];
    if (from === undefined || to === undefined) continue;
    const [above, below] = [order.indexOf(from), order.indexOf(to)];
    if (above === -1 || below === -1) {
      return `${folder}/${above === -1 ? from : to} is not in the list of layers in .oxlintrc.json`;
    }
    if (below < above) return `${folder}/: ${from} must not import from ${to}, a higher layer`;
  }
  return undefined;
}

/** The name of the folder directly below `folder` that holds `file`; `.` for a file directly in it. */
function childOf(folder: string, file: string): string | undefined {
  if (!file.startsWith(`${folder}/`)) return undefined;
  const [first = '', ...rest] = file.slice(folder.length + 1).split('/');
  return rest.length === 0 ? '.' : first;
}

const order = {
  meta: { schema: false },
  create(context: Context) {
    const orders = context.options[0]?.orders ?? [];
    const file = context.filename
      .slice(context.cwd.length + 1)
      .split(sep)
      .join('/');
    const check = (node: Import): void => {
      const specifier = node.source?.value;
      if (typeof specifier !== 'string' || !specifier.startsWith('.')) return;
      const target = posix.normalize(posix.join(posix.dirname(file), specifier));
      const message = explainOrder(file, target, orders);
      if (message !== undefined) context.report({ node, message });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};

export default { meta: { name: 'layers' }, rules: { order } };
