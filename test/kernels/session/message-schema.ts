import type { TestMessage } from './start-kernel';

/* The Jupyter message specification 5.3, as far as a kernel's own messages go; as in jupyter_kernel_test's msgspec. */

type Check = (value: unknown) => boolean;

const text: Check = value => typeof value === 'string';
const bool: Check = value => typeof value === 'boolean';
const integer: Check = value => Number.isInteger(value);
const record: Check = value => typeof value === 'object' && value !== null && !Array.isArray(value);
const anything: Check = () => true;
const listOf = (check: Check): Check => value => Array.isArray(value) && value.every(check);
const oneOf = (...values: readonly unknown[]): Check => value => values.includes(value);
const mimeBundle: Check = value => record(value) && Object.entries(value as Record<string, unknown>).every(([type, data]) => /\w\/\w/.test(type) && (/json$/.test(type) || text(data)));
const error = { ename: text, evalue: text, traceback: listOf(text) };

interface Shape {
  readonly channel: string;
  readonly required: Readonly<Record<string, Check>>;
  readonly optional?: Readonly<Record<string, Check>>;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  status: { channel: 'iopub', required: { execution_state: oneOf('busy', 'idle', 'starting') } },
  execute_input: { channel: 'iopub', required: { code: text, execution_count: integer } },
  execute_result: { channel: 'iopub', required: { execution_count: integer, data: mimeBundle, metadata: record } },
  display_data: { channel: 'iopub', required: { data: mimeBundle, metadata: record, transient: record } },
  update_display_data: { channel: 'iopub', required: { data: mimeBundle, metadata: record, transient: value => record(value) && text((value as { display_id: unknown }).display_id) } },
  clear_output: { channel: 'iopub', required: { wait: bool } },
  stream: { channel: 'iopub', required: { name: oneOf('stdout', 'stderr'), text } },
  error: { channel: 'iopub', required: error },
  comm_open: { channel: 'iopub', required: { comm_id: text, target_name: text, data: record } },
  comm_msg: { channel: 'iopub', required: { comm_id: text, data: anything } },
  comm_close: { channel: 'iopub', required: { comm_id: text, data: anything } },
  input_request: { channel: 'stdin', required: { prompt: text, password: bool } },
  execute_reply: { channel: 'shell', required: { status: oneOf('ok', 'error', 'aborted'), execution_count: integer }, optional: { user_expressions: record, payload: listOf(record), ...error } },
  kernel_info_reply: {
    channel: 'shell',
    required: {
      status: oneOf('ok'),
      protocol_version: value => text(value) && /^\d+\.\d+(\.\d+)?$/.test(String(value)),
      implementation: text,
      implementation_version: text,
      banner: text,
      help_links: listOf(record),
      language_info: value => record(value) && ['name', 'version', 'mimetype', 'file_extension'].every(key => text((value as Record<string, unknown>)[key]))
    }
  },
  complete_reply: { channel: 'shell', required: { status: oneOf('ok'), matches: listOf(text), cursor_start: integer, cursor_end: integer, metadata: record } },
  inspect_reply: { channel: 'shell', required: { status: oneOf('ok'), found: bool, data: mimeBundle, metadata: record } },
  is_complete_reply: { channel: 'shell', required: { status: oneOf('complete', 'incomplete', 'invalid', 'unknown') }, optional: { indent: text } },
  history_reply: { channel: 'shell', required: { status: oneOf('ok'), history: listOf(row => Array.isArray(row) && row.length === 3) } },
  comm_info_reply: { channel: 'shell', required: { status: oneOf('ok'), comms: record } },
  shutdown_reply: { channel: 'control', required: { status: oneOf('ok'), restart: bool } },
  interrupt_reply: { channel: 'control', required: { status: oneOf('ok') } }
};

/** What is wrong with `message`, in words; nothing when it is as the specification says. */
export function schemaProblems({ channel, type, content, raw }: TestMessage): string[] {
  const shape = SHAPES[type];
  if (shape === undefined) return [`${type}: no such message`];
  const problems: string[] = [];
  if (channel !== shape.channel) problems.push(`${type}: on ${channel}, expected ${shape.channel}`);
  for (const [name, check] of Object.entries(shape.required)) if (!check(content[name])) problems.push(`${type}.${name}: ${JSON.stringify(content[name])}`);
  for (const [name, check] of Object.entries(shape.optional ?? {})) if (name in content && !check(content[name])) problems.push(`${type}.${name}: ${JSON.stringify(content[name])}`);
  const known = new Set([...Object.keys(shape.required), ...Object.keys(shape.optional ?? {})]);
  for (const name of Object.keys(content)) if (!known.has(name)) problems.push(`${type}.${name}: not in the specification`);
  const header = raw.header as unknown as Record<string, unknown>;
  for (const name of ['msg_id', 'msg_type', 'session', 'username', 'date', 'version']) if (!text(header[name])) problems.push(`${type}: header.${name}`);
  if (!record(raw.metadata) || !Array.isArray(raw.buffers)) problems.push(`${type}: metadata or buffers`);
  return problems;
}
