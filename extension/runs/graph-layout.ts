/** A node of a run's graph as it is drawn: column 0 is left. */
export interface PlacedNode {
  readonly id: string;
  readonly column: number;
  readonly row: number;
}
export interface GraphLayout {
  readonly nodes: ReadonlyMap<string, PlacedNode>;
  readonly columns: number;
  readonly rows: number;
}

/** Places nodes (inputs stand before them) left to right: one column after the last input, beside it if there is room. */
export function layoutGraph(graph: readonly { readonly id: string; readonly inputs: readonly string[] }[]): GraphLayout {
  const nodes = new Map<string, PlacedNode>();
  const taken = new Set<string>();
  let columns = 0;
  let rows = 0;
  for (const { id, inputs } of graph) {
    const from = inputs.flatMap(input => nodes.get(input) ?? []);
    const column = from.reduce((last, node) => Math.max(last, node.column + 1), 0);
    let row = from[0]?.row ?? 0;
    while (taken.has(`${column}:${row}`)) row += 1;
    taken.add(`${column}:${row}`);
    nodes.set(id, { id, column, row });
    columns = Math.max(columns, column + 1);
    rows = Math.max(rows, row + 1);
  }
  return { nodes, columns, rows };
}
