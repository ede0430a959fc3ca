import { JsonDecoder } from '../../engine/codec/json';
import { RowBuilder } from '../../engine/codec/row-builder';
import { topicMatches } from '../../engine/graph/topic-filter';
import type { Plan, SourceNode } from '../../engine/plan/plan';
import { recordingInputs } from './recording-file';

/** How the messages of a recording fit the schema of one source. */
export interface SchemaCheck {
  readonly source: string;
  readonly topic: string;
  readonly messages: number;
  readonly rows: number;
  /** Messages that could not be decoded, by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** The first refusals, at most `EXAMPLES_MAX`; `line` is the 0-based line of the recording. */
  readonly examples: readonly { readonly line: number; readonly topic: string; readonly message: string }[];
  /** Keys in the payloads that the schema does not have, with how often they were seen. */
  readonly unknownKeys: Readonly<Record<string, number>>;
}

const EXAMPLES_MAX = 5;
const ROWS_KEPT_MAX = 4_096;
const UNKNOWN = 'unknown:';

/** Decodes every message of the recording under the schema of each source of `plan` that takes it. */
export async function checkSchema(plan: Plan, path: string, progress: (lines: number) => void): Promise<readonly SchemaCheck[]> {
  const checkers = plan.nodes.flatMap(node => (node.op === 'source' ? [new SourceChecker(node)] : []));
  let line = 0;
  for await (const inputs of recordingInputs(path)) {
    for (const input of inputs) {
      if (input.kind === 'message') for (const checker of checkers) checker.take(input.topic, input.payload, line);
      line++;
    }
    progress(line);
  }
  return checkers.map(checker => checker.result());
}

class SourceChecker {
  private readonly decoder: JsonDecoder;
  private readonly builder: RowBuilder;
  private readonly refused: Record<string, number> = {};
  private readonly examples: { line: number; topic: string; message: string }[] = [];
  private messages = 0;
  private rows = 0;
  private readonly except: readonly string[];

  constructor(private readonly node: SourceNode) {
    const { schema, topicColumns } = node.config;
    this.except = Object.keys(topicColumns ?? {});
    const fields = schema.fields.filter(field => !this.except.includes(field.name));
    this.builder = new RowBuilder({ fields });
    this.decoder = new JsonDecoder({ schema: { fields } });
  }

  take(topic: string, payload: Uint8Array, line: number): void {
    if (!topicMatches(this.node.config.topic, topic)) return;
    this.messages++;
    const outcome = this.decoder.decode(payload, this.builder);
    if (typeof outcome === 'number') this.rows += outcome;
    else {
      this.refused[outcome.code] = (this.refused[outcome.code] ?? 0) + 1;
      if (this.examples.length < EXAMPLES_MAX) this.examples.push({ line, topic, message: outcome.message });
    }
    if (this.builder.rowCount > ROWS_KEPT_MAX) this.builder.truncate(0);
  }

  result(): SchemaCheck {
    const unknown = [...this.decoder.drift()].flatMap(([name, count]) => (name.startsWith(UNKNOWN) && !this.except.includes(name.slice(UNKNOWN.length)) ? [[name.slice(UNKNOWN.length), count] as const] : []));
    return {
      source: this.node.id,
      topic: this.node.config.topic,
      messages: this.messages,
      rows: this.rows,
      refused: this.refused,
      examples: this.examples,
      unknownKeys: Object.fromEntries(unknown)
    };
  }
}
