import { formatValue, type Layout, toGoJson, toPrettyGoJson } from './go-values.ts';
import {
  type Node,
  type Operand,
  parseTemplate,
  type Pipeline,
  TemplateError,
} from './template-parser.ts';

type Functions = ReadonlyMap<string, (...args: unknown[]) => unknown>;

/** The layout of a template's values. */
export interface RenderOptions {
  /** Objects are structs, whose fields must exist, or maps, where a missing key is `<no value>`. */
  readonly layout: Layout;
  /** The name of the Go type behind the outermost struct, for its error. */
  readonly typeName?: string;
}

/** Renders Go's template language over plain values; see {@link parseTemplate} for how much of it. */
export function compileTemplate(
  source: string,
  options: RenderOptions,
): (value: unknown) => string {
  const functions = makeFunctions(options.layout);
  const nodes = parseTemplate(source, new Set(functions.keys()));
  return (value) => {
    const variables = new Map([['', value]]);
    return renderNodes(nodes, { dot: value, root: value, variables, functions, options });
  };
}

interface Scope {
  readonly dot: unknown;
  readonly root: unknown;
  /** By their names without `$`; the root has none. */
  readonly variables: Map<string, unknown>;
  readonly functions: Functions;
  readonly options: RenderOptions;
}

function renderNodes(nodes: readonly Node[], scope: Scope): string {
  return nodes.map((node) => renderNode(node, scope)).join('');
}

function renderNode(node: Node, scope: Scope): string {
  if (node.kind === 'text') return node.text;
  const value = runPipeline(node.pipeline, scope);
  if (node.kind === 'output') return formatValue(value, scope.options.layout);
  if (node.kind === 'set') {
    scope.variables.set(node.variable, value);
    return '';
  }
  if (node.kind === 'range') return renderRange(node, value, scope);
  const inside = withVariables(
    scope,
    node.variables.map((name) => [name, value]),
  );
  if (!isTrue(value)) return renderNodes(node.otherwise, inside);
  return renderNodes(node.body, node.kind === 'with' ? { ...inside, dot: value } : inside);
}

/** Go gives the elements of a map in the order of their keys; of one variable, it is the element. */
function renderRange(
  { variables, body, otherwise }: Extract<Node, { kind: 'if' | 'range' | 'with' }>,
  value: unknown,
  scope: Scope,
): string {
  const entries = entriesOf(value);
  if (entries.length === 0) return renderNodes(otherwise, scope);
  return entries
    .map(([key, dot]) => {
      const values = variables.length === 2 ? [key, dot] : [dot];
      const named = variables.map((name, index) => [name, values[index]] as const);
      return renderNodes(body, { ...withVariables(scope, named), dot });
    })
    .join('');
}

/** The scope of a body: its variables are unknown after it. */
function withVariables(scope: Scope, more: readonly (readonly [string, unknown])[]): Scope {
  return { ...scope, variables: new Map([...scope.variables, ...more]) };
}

function runPipeline(pipeline: Pipeline, scope: Scope): unknown {
  let handedOn: unknown[] = [];
  for (const command of pipeline) handedOn = [runCommandOf(command, handedOn, scope)];
  return handedOn[0];
}

function runCommandOf(
  command: readonly Operand[],
  handedOn: readonly unknown[],
  scope: Scope,
): unknown {
  const [first, ...rest] = command;
  if (first?.kind === 'function') {
    const args = [...rest.map((operand) => valueOf(operand, scope)), ...handedOn];
    return scope.functions.get(first.name)?.(...args);
  }
  if (first === undefined || rest.length > 0 || handedOn.length > 0) {
    throw new TemplateError("template: :1: can't give argument to non-function");
  }
  return valueOf(first, scope);
}

function valueOf(operand: Operand, scope: Scope): unknown {
  if (operand.kind === 'literal') return operand.value;
  if (operand.kind === 'group') return runPipeline(operand.pipeline, scope);
  if (operand.kind === 'function') return scope.functions.get(operand.name)?.();
  let value = operand.kind === 'variable' ? variableOf(operand.name, scope) : scope.dot;
  for (const name of operand.path) value = fieldOf(value, name, scope);
  return value;
}

function variableOf(name: string, { variables }: Scope): unknown {
  if (variables.has(name)) return variables.get(name);
  throw new TemplateError(`template: :1: undefined variable "$${name}"`);
}

function fieldOf(value: unknown, name: string, scope: Scope): unknown {
  const { layout, typeName = 'struct' } = scope.options;
  if (value === null || value === undefined) {
    throw new TemplateError(
      `template: :1:2: executing "" at <.${name}>: nil pointer evaluating interface {}.${name}`,
    );
  }
  if (typeof value === 'object' && !Array.isArray(value) && Object.hasOwn(value, name)) {
    return (value as Record<string, unknown>)[name];
  }
  if (layout === 'map' && typeof value === 'object' && !Array.isArray(value)) return undefined;
  const type = value === scope.root ? typeName : typeof value;
  throw new TemplateError(
    `template: :1:2: executing "" at <.${name}>: can't evaluate field ${name} in type ${type}`,
  );
}

function isTrue(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return elementsOf(value).length > 0;
  return Boolean(value);
}

function elementsOf(value: unknown): unknown[] {
  return entriesOf(value).map(([, element]) => element);
}

function entriesOf(value: unknown): (readonly [number | string, unknown])[] {
  if (Array.isArray(value)) return value.map((element, index) => [index, element]);
  return typeof value === 'object' && value !== null ? sortedEntries(value) : [];
}

function sortedEntries(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

function makeFunctions(layout: Layout): Functions {
  return new Map<string, (...args: unknown[]) => unknown>([
    ['json', (value) => toGoJson(value)],
    ['prettyjson', (value) => toPrettyGoJson(value)],
    ['index', (value, ...keys) => keys.reduce(indexOf, value)],
    ['len', (value) => (typeof value === 'string' ? value.length : elementsOf(value).length)],
    ['print', (...values) => values.map((value) => formatValue(value, layout)).join('')],
    ['printf', (format, ...values) => printf(String(format), values, layout)],
    ['eq', (value, ...others) => others.includes(value)],
    ['ne', (value, other) => value !== other],
    ['not', (value) => !isTrue(value)],
    ['and', (...values) => values.find((value) => !isTrue(value)) ?? values.at(-1)],
    ['or', (...values) => values.find((value) => isTrue(value)) ?? values.at(-1)],
  ]);
}

function indexOf(value: unknown, key: unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    throw new TemplateError(
      `template: :1: error calling index: can't index item of type ${typeof value}`,
    );
  }
  return (value as Record<string, unknown>)[String(key)];
}

function printf(format: string, values: readonly unknown[], layout: Layout): string {
  const rest = [...values];
  return format.replace(/%(?:(-?\d*)([svdqt])|%)/g, (whole, width: string, verb?: string) => {
    if (verb === undefined) return whole.slice(1);
    const value = rest.shift();
    const text = verb === 'q' ? JSON.stringify(value) : formatValue(value, layout);
    const columns = Number(width);
    return columns < 0 ? text.padEnd(-columns) : text.padStart(columns);
  });
}
