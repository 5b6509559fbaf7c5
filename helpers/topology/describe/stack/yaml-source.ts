import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { JsonFailure, JsonSource, Position } from '../json-source.ts';

/** Aliases of anchors that are resolved at most: a short file with many could otherwise exhaust the memory. */
const mostAliases = 100;

/** Reads a text as YAML. */
export function readYamlSource(text: string): JsonSource | JsonFailure {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, merge: true, prettyErrors: false });
  const at = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line, column: col };
  };
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) return { reason: error.message, position: at(error.pos[0]) };
  try {
    return {
      content: document.toJS({ maxAliasCount: mostAliases }) as unknown,
      positionOf: (path) => at(findOffset(document.contents, path)),
    };
  } catch (failure) {
    return { reason: String(Object(failure)['message']), position: at(0) };
  }
}

/** Returns the offset of the field at a path, or of the nearest existing field. A field begins at its name. */
function findOffset(root: Node | null, path: readonly PropertyKey[]): number {
  let node = root;
  let offset = offsetOf(root) ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(part),
      );
      if (pair === undefined) return offset;
      offset = offsetOf(pair.key) ?? offset;
      node = isNode(pair.value) ? pair.value : null;
    } else if (isSeq(node)) {
      const item = node.items[Number(part)];
      if (!isNode(item)) return offset;
      offset = offsetOf(item) ?? offset;
      node = item;
    } else {
      return offset;
    }
  }
  return offset;
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
