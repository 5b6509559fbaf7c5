/** Nodes below one another. */
export interface Column {
  /** From top to bottom; attributes in Graphviz's language. */
  readonly nodes: readonly { readonly id: string; readonly attributes: string }[];
  /** The attributes of the edge between a node and the one below it. */
  readonly joint: string;
  /** The edges from its nodes to others. */
  readonly edges: readonly string[];
}

export const noColumn: Column = { nodes: [], joint: '', edges: [] };

/** The joint of nodes that only keep their order. */
export const unseenJoint = 'style=invis';

export function writeColumn({ nodes, joint }: Column): string[] {
  return [
    '{ rank=same;',
    ...nodes.map(({ id, attributes }) => `${id} [${attributes}];`),
    ...(nodes.length > 1 ? [`${nodes.map(({ id }) => id).join(' -> ')} [${joint}];`] : []),
    '}',
  ];
}
