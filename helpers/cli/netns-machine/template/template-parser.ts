/** A part of a parsed template. */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'output'; readonly pipeline: Pipeline }
  /** `{{$name := pipeline}}` and `{{$name = pipeline}}` */
  | { readonly kind: 'set'; readonly variable: string; readonly pipeline: Pipeline }
  | {
      readonly kind: 'if' | 'range' | 'with';
      /** The variables of `:=` without `$`. `range` may have two, for key and element. */
      readonly variables: readonly string[];
      readonly pipeline: Pipeline;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    };

/** Commands that hand their value on, the last argument of the next one. */
export type Pipeline = readonly (readonly Operand[])[];

export type Operand =
  | { readonly kind: 'field'; readonly path: readonly string[]; readonly from: 'dot' }
  /** A variable's, without `$`; the one without a name is the root. */
  | { readonly kind: 'variable'; readonly path: readonly string[]; readonly name: string }
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'group'; readonly pipeline: Pipeline };

/** An error in a template, in the words of Go's `text/template`. */
export class TemplateError extends Error {}

const LITERALS = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['nil', null],
]);
const WORDS =
  /\s*("(?:[^"\\]|\\.)*"|`[^`]*`|(?:\$\w*)?(?:\.\w+)+|\$\w*|\.|:?=|,|-?\d+(?:\.\d+)?|\w+|[|()])/y;

interface Action {
  readonly words: readonly string[];
  readonly line: number;
}

/**
 * Parses the part of Go's template language that people put behind `--format`: fields, pipes, calls, literals,
 * parentheses, `if`, `range`, `with`, `else`, comments and the trim marks.
 */
export function parseTemplate(source: string, functions: ReadonlySet<string>): Node[] {
  const pieces = split(source);
  const { nodes, end } = parseList(pieces, 0, functions);
  const left = pieces[end];
  if (left !== undefined && typeof left !== 'string') {
    throw new TemplateError(`template: :${left.line}: unexpected {{${left.words[0]}}}`);
  }
  return nodes;
}

function split(source: string): (string | Action)[] {
  const pieces: (string | Action)[] = [];
  let at = 0;
  let trimNext = false;
  for (;;) {
    const open = source.indexOf('{{', at);
    let text = source.slice(at, open < 0 ? undefined : open);
    if (trimNext) text = text.trimStart();
    if (open < 0) return [...pieces, text];
    const close = source.indexOf('}}', open);
    if (close < 0) throw unclosed(source, open);
    let inside = source.slice(open + 2, close);
    if (/^-\s/.test(inside)) {
      text = text.trimEnd();
      inside = inside.slice(1);
    }
    trimNext = /\s-$/.test(inside);
    if (trimNext) inside = inside.slice(0, -1);
    pieces.push(text);
    const line = lineOf(source, open);
    if (!inside.trim().startsWith('/*')) pieces.push({ words: splitWords(inside, line), line });
    at = close + 2;
  }
}

function unclosed(source: string, open: number): TemplateError {
  const started = lineOf(source, open);
  const ended = lineOf(source, source.length);
  const where = started === ended ? '' : ` started at :${started}`;
  return new TemplateError(`template: :${ended}: unclosed action${where}`);
}

function lineOf(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length;
}

function splitWords(inside: string, line: number): string[] {
  const words: string[] = [];
  WORDS.lastIndex = 0;
  const source = inside.trimEnd();
  while (WORDS.lastIndex < source.length) {
    const at = WORDS.lastIndex;
    const word = WORDS.exec(source)?.[1];
    if (word === undefined) {
      const character = source.slice(at).trim().slice(0, 1);
      throw new TemplateError(`template: :${line}: unexpected "${character}" in command`);
    }
    words.push(word);
  }
  return words;
}

function parseList(
  pieces: readonly (string | Action)[],
  start: number,
  functions: ReadonlySet<string>,
): { nodes: Node[]; end: number } {
  const nodes: Node[] = [];
  let at = start;
  while (at < pieces.length) {
    const piece = pieces[at];
    if (piece === undefined) break;
    at += 1;
    if (typeof piece === 'string') {
      if (piece !== '') nodes.push({ kind: 'text', text: piece });
      continue;
    }
    const [keyword = '', ...rest] = piece.words;
    if (keyword === 'end' || keyword === 'else') return { nodes, end: at - 1 };
    if (keyword !== 'if' && keyword !== 'range' && keyword !== 'with') {
      const [variable, ...others] = variablesIn(piece.words);
      if (variable !== undefined && others.length === 0) {
        const words = piece.words.slice(2);
        const pipeline = parsePipeline(words, piece.line, functions);
        nodes.push({ kind: 'set', variable, pipeline });
        continue;
      }
      nodes.push({ kind: 'output', pipeline: parsePipeline(piece.words, piece.line, functions) });
      continue;
    }
    const variables = variablesIn(rest);
    const before = variables.length === 0 ? 0 : 2 * variables.length;
    const pipeline = parsePipeline(rest.slice(before), piece.line, functions);
    const body = parseList(pieces, at, functions);
    let otherwise: { nodes: Node[]; end: number } = { nodes: [], end: body.end };
    if (closes(pieces[body.end], 'else')) otherwise = parseList(pieces, body.end + 1, functions);
    if (!closes(pieces[otherwise.end], 'end')) {
      throw new TemplateError(`template: :${piece.line}: unexpected EOF`);
    }
    nodes.push({
      kind: keyword,
      variables,
      pipeline,
      body: body.nodes,
      otherwise: otherwise.nodes,
    });
    at = otherwise.end + 1;
  }
  return { nodes, end: at };
}

/** The variables before `:=`: one, or two with a comma between them. */
function variablesIn(words: readonly string[]): string[] {
  const [first = '', between, second = '', assigns] = words;
  if (!first.startsWith('$')) return [];
  if (between === ':=' || between === '=') return [first.slice(1)];
  const isPair = between === ',' && second.startsWith('$') && assigns === ':=';
  return isPair ? [first.slice(1), second.slice(1)] : [];
}

function closes(piece: string | Action | undefined, keyword: 'else' | 'end'): boolean {
  return piece !== undefined && typeof piece !== 'string' && piece.words[0] === keyword;
}

function parsePipeline(
  words: readonly string[],
  line: number,
  functions: ReadonlySet<string>,
): Pipeline {
  const rest = [...words];
  const pipeline = parseCommands(rest, line, functions);
  if (rest.length > 0) throw new TemplateError(`template: :${line}: unexpected ")" in command`);
  return pipeline;
}

/** Takes words from the front of `rest` until they end or a parenthesis closes. */
function parseCommands(
  rest: string[],
  line: number,
  functions: ReadonlySet<string>,
): readonly Operand[][] {
  const commands: Operand[][] = [[]];
  while (rest.length > 0 && rest[0] !== ')') {
    const word = rest.shift() ?? '';
    if (word === '|') commands.push([]);
    else commands.at(-1)?.push(parseOperand(word, rest, line, functions));
  }
  if (commands.some((command) => command.length === 0)) {
    throw new TemplateError(`template: :${line}: missing value for command`);
  }
  return commands;
}

function parseOperand(
  word: string,
  rest: string[],
  line: number,
  functions: ReadonlySet<string>,
): Operand {
  if (word === '(') {
    const pipeline = parseCommands(rest, line, functions);
    if (rest.shift() !== ')') {
      throw new TemplateError(`template: :${line}: unclosed left paren`);
    }
    return { kind: 'group', pipeline };
  }
  if (word.startsWith('.') || word.startsWith('$')) {
    const [variable = '', ...names] = word.split('.');
    const path = names.filter((name) => name !== '');
    return word.startsWith('$')
      ? { kind: 'variable', name: variable.slice(1), path }
      : { kind: 'field', from: 'dot', path };
  }
  if (/^(?::?=|,)$/.test(word)) {
    throw new TemplateError(`template: :${line}: unexpected ${JSON.stringify(word)} in operand`);
  }
  if (word.startsWith('"')) return { kind: 'literal', value: JSON.parse(word) as string };
  if (word.startsWith('`')) return { kind: 'literal', value: word.slice(1, -1) };
  if (/^-?\d/.test(word)) return { kind: 'literal', value: Number(word) };
  const constant = LITERALS.get(word);
  if (constant !== undefined) return { kind: 'literal', value: constant };
  if (!functions.has(word)) {
    throw new TemplateError(`template: :${line}: function "${word}" not defined`);
  }
  return { kind: 'function', name: word };
}
