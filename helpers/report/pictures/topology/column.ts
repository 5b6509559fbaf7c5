/** What stands below one another. */
export interface Column {
  /** From top to bottom; attributes in Graphviz's language. */
  readonly nodes: readonly { readonly id: string; readonly attributes: string }[];
  /** How a node is joined with the one below it: attributes of an edge. */
  readonly joint: string;
  /** What leads from its nodes to others. */
  readonly edges: readonly string[];
}

export const noColumn: Column = { nodes: [], joint: '', edges: [] };

/** Joins what only keeps its order. */
export const unseenJoint = 'style=invis';

export function writeColumn({ nodes, joint }: Column): string[] {
  return [
    '{ rank=same;',
    ...nodes.map(({ id, attributes }) => `${id} [${attributes}];`),
    ...(nodes.length > 1 ? [`${nodes.map(({ id }) => id).join(' -> ')} [${joint}];`] : []),
    '}',
  ];
}
