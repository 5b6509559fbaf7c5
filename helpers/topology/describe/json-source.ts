import {
  findNodeAtLocation,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';

/** A position in a text, with line and column counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The content of a JSON text, with the position of each field. */
export interface JsonSource {
  readonly content: unknown;
  /** Returns the position of the field at a path, or of the nearest existing field. */
  readonly positionOf: (path: readonly PropertyKey[]) => Position;
}

/** The reason why a text is not JSON, with its position. */
export interface JsonFailure {
  readonly reason: string;
  readonly position: Position;
}

/** Reads a text as JSON. `JSON.parse` does not report the position of most errors. */
export function readJsonSource(text: string): JsonSource | JsonFailure {
  const errors: ParseError[] = [];
  const options = { disallowComments: true, allowTrailingComma: false };
  const root = parseTree(text, errors, options);
  const [error] = errors;
  if (error !== undefined || root === undefined) {
    const reason = error === undefined ? 'empty file' : printParseErrorCode(error.error);
    return { reason: inWords(reason), position: positionAt(text, error?.offset ?? 0) };
  }
  return {
    content: JSON.parse(text) as unknown,
    positionOf: (path) => positionAt(text, findNearest(root, path).offset),
  };
}

function findNearest(root: Node, path: readonly PropertyKey[]): Node {
  const words = path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  for (let depth = words.length; depth > 0; depth -= 1) {
    const node = findNodeAtLocation(root, words.slice(0, depth));
    // For a property, the position of its name, which precedes its value.
    if (node !== undefined) return node.parent?.type === 'property' ? node.parent : node;
  }
  return root;
}

function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** Formats an error code: `PropertyNameExpected` as "property name expected". */
function inWords(code: string): string {
  return code.replaceAll(/(?<!^)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).toLowerCase();
}
