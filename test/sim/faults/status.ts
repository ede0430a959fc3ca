/** What `/status` says, as far as the proofs ask for it. */
export interface StatusSeen {
  readonly state: string;
  readonly problem: string | null;
  readonly rowsIn: number;
  /** Rows that wait for sinks. */
  readonly backlog: number;
}

export async function agentStatus(url: string): Promise<StatusSeen> {
  const said = (await (await fetch(`${url}/status`)).json()) as {
    readonly state: string;
    readonly problem: string | null;
    readonly counters: { readonly rowsIn: number } | null;
    readonly sinks: readonly { readonly rows: number }[];
  };
  return { state: said.state, problem: said.problem, rowsIn: said.counters?.rowsIn ?? 0, backlog: said.sinks.reduce((sum, sink) => sum + sink.rows, 0) };
}

/** The value of a metric without labels or with any, the first that is there; null when there is none. */
export async function agentMetric(url: string, name: string): Promise<number | null> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find(each => each.startsWith(`${name} `) || each.startsWith(`${name}{`));
  return line === undefined ? null : Number(line.slice(line.lastIndexOf(' ') + 1));
}
