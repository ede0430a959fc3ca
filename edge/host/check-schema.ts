import type { DecodeFailure } from '../../engine/codec/decode-failure';
import { decoderOf } from '../../engine/codec/decoder-of';
import type { PayloadDecoder } from '../../engine/codec/payload-decoder';
import { RowBuilder } from '../../engine/codec/row-builder';
import { topicMatches } from '../../engine/graph/topic-filter';
import { columnsBeside } from '../../engine/operator/source-operator';
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
  /** How the payloads depart from the schema, by `kind:name` (unknown, missing, type, range, event). */
  readonly drift: Readonly<Record<string, number>>;
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
  private readonly decoder: PayloadDecoder;
  private readonly builder: RowBuilder;
  private readonly refused: Record<string, number> = {};
  private readonly examples: { line: number; topic: string; message: string }[] = [];
  private messages = 0;
  private rows = 0;
  private readonly except: readonly string[];

  constructor(private readonly node: SourceNode) {
    const { schema, decoder } = node.config;
    this.except = columnsBeside(node.config);
    const fields = schema.fields.filter(field => !this.except.includes(field.name));
    this.builder = new RowBuilder({ fields });
    this.decoder = decoderOf(decoder, { schema: { fields } });
  }

  take(topic: string, payload: Uint8Array, line: number): void {
    if (!topicMatches(this.node.config.topic, topic)) return;
    this.messages++;
    const outcome = this.decoder.decode(payload, this.builder, topic);
    for (const refusal of this.decoder.takeRefusals?.() ?? []) this.refuse(refusal, line, topic);
    if (typeof outcome === 'number') this.rows += outcome;
    else this.refuse(outcome, line, topic);
    if (this.builder.rowCount > ROWS_KEPT_MAX) this.builder.truncate(0);
  }

  private refuse(failure: DecodeFailure, line: number, topic: string): void {
    this.refused[failure.code] = (this.refused[failure.code] ?? 0) + 1;
    if (this.examples.length < EXAMPLES_MAX) this.examples.push({ line, topic, message: failure.message });
  }

  result(): SchemaCheck {
    const drift = [...this.decoder.drift()];
    const unknown = drift.flatMap(([name, count]) => (name.startsWith(UNKNOWN) ? [[name.slice(UNKNOWN.length), count] as const] : []));
    return {
      source: this.node.id,
      topic: this.node.config.topic,
      messages: this.messages,
      rows: this.rows,
      refused: this.refused,
      examples: this.examples,
      unknownKeys: Object.fromEntries(unknown.filter(([name]) => !this.except.includes(name))),
      drift: Object.fromEntries(drift)
    };
  }
}
