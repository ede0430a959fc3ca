import { didYouMean, quotedNames } from '../../did-you-mean';
import type { Batch, Column } from '../../batch/batch';
import { Int64Builder, NumberBuilder, Utf8Builder } from '../../codec/column-builder';
import { assert, PlanError } from '../../error';
import type { PreparedExpression } from '../../expression/evaluate';
import type { StateMachineNode } from '../../plan/nodes/state-machine';
import type { Field, Schema } from '../../schema/schema';
import { onlyInput } from '../only-input';
import type { OperatorSpec, SnapshotReader, SnapshotWriter, StreamType } from '../operator';
import { requireField } from '../shaping/require-field';
import { prepareGuard } from './guard';
import { columnIndexOf, withFields } from './input-column';
import { orderedMemory } from './limits';
import { numberIn } from './number-slots';
import { NumberState } from './number-state';
import type { OrderedLogic, OrderedWork } from './ordered-operator';
import { OrderedOperator } from './ordered-operator';

type StateMachineConfig = StateMachineNode['config'];

/** Every state, in `from` of a transition. */
export const ANY_STATE = '*';

/** States of a key, and rows about their changes. */
export const stateMachine: OperatorSpec<StateMachineConfig> = {
  op: 'stateMachine',
  doc: 'Keeps a state for each key and gives a row for each change: the key, from, to, atMs (event time), durationMs (how long the old state lasted) and columns of the row that made it, null when it was a timeout. Rows are taken in order of event time, ties by arrival; of the transitions from the present state the first whose condition is true is taken. A transition to the same state gives no row but begins its timeout anew. A key begins in the initial state with its first row. A timeout comes before rows of its time, and at the end of a bounded input.',
  fields: [
    { name: 'initial', type: 'state', doc: 'The state in which each key begins.' },
    { name: 'states', type: 'names', doc: 'All states.' },
    { name: 'transitions', type: '{ from, to, when }', doc: "When a row changes the state, e.g. { from: 'idle', to: 'running', when: r => r.rpm > 100 }; from '*' is any state. The first that fits is taken." },
    { name: 'timeouts', type: '{ state, afterMs, to }', unit: 'ms', default: [], doc: 'What becomes of a state that nothing has changed for so long, in event time on the watermark.' },
    { name: 'columns', type: 'column names', default: [], doc: 'Columns of the row that made the change, to be given with it.' }
  ],
  drops: 'Rows at or before the watermark, counted as late. Rows beyond a limit: dead letters KEY_LIMIT, ROW_LIMIT.',
  memory: orderedMemory('3 numbers for each key'),
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'stateMachine', path);
    checkStates(config, path);
    config.transitions.forEach(({ when }, index) => prepareGuard(when, input.schema, 'stateMachine', `${path}.transitions[${index}].when`));
    return { schema: changesSchema(config, input, path), keys: input.keys };
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'stateMachine', node);
    const guards = config.transitions.map(({ when }, index) => prepareGuard(when, input.schema, 'stateMachine', `${node}.transitions[${index}].when`));
    const held = new HeldChanges(config, input, guards);
    return new OrderedOperator({ node, input, schema: changesSchema(config, input, node), order: 'eventTime', held, logic: new StateMachineLogic(config, input.keys.length) });
  }
};

function changesSchema(config: StateMachineConfig, input: StreamType, path: string): Schema {
  const keys = input.keys.map(name => requireField(input.schema, name, 'stateMachine', path));
  const changes: readonly Field[] = [
    { name: 'from', type: 'utf8', nullable: false },
    { name: 'to', type: 'utf8', nullable: false },
    { name: 'atMs', type: 'timestampMs', nullable: false },
    { name: 'durationMs', type: 'int64', nullable: false, unit: 'ms' }
  ];
  const given = config.columns.map(name => ({ ...requireField(input.schema, name, 'stateMachine', path), nullable: true }));
  return withFields({ fields: keys }, [...changes, ...given], 'stateMachine', path);
}

function checkStates(config: StateMachineConfig, path: string): void {
  const { initial, states, transitions, timeouts } = config;
  const check = (name: string, place: string): void => {
    if (!states.includes(name)) throw new PlanError('STATE_MACHINE', `stateMachine at ${path}.${place}: there is no state "${name}"; the states are ${quotedNames(states)}.${didYouMean(name, states)}`, { details: { path: `${path}.${place}` } });
  };
  check(initial, 'initial');
  transitions.forEach(({ from, to }, index) => {
    if (from !== ANY_STATE) check(from, `transitions[${index}].from`);
    check(to, `transitions[${index}].to`);
  });
  timeouts.forEach(({ state, to }, index) => {
    check(state, `timeouts[${index}].state`);
    check(to, `timeouts[${index}].to`);
  });
  const next = new Map(timeouts.map(({ state, to }) => [state, to]));
  for (const { state } of timeouts) {
    for (let at = next.get(state), steps = 0; at !== undefined && steps <= timeouts.length; at = next.get(at), steps++) {
      if (at === state) throw new PlanError('STATE_MACHINE', `stateMachine at ${path}.timeouts: the timeouts lead from "${state}" back to "${state}", so that a silent key would change its state for ever; expected an end. Leave one of them out.`, { details: { path: `${path}.timeouts` } });
    }
  }
}

/** What is held of rows until their time: the columns that are given, and whether each condition is true. */
class HeldChanges {
  readonly schema: Schema;
  private readonly given: readonly number[];

  constructor(
    config: StateMachineConfig,
    input: StreamType,
    private readonly guards: readonly PreparedExpression[]
  ) {
    this.given = config.columns.map(name => columnIndexOf(input, name));
    const conditions = guards.map((_, index): Field => ({ name: `#${index}`, type: 'bool', nullable: true }));
    this.schema = { fields: [...this.given.map(index => input.schema.fields[index]!), ...conditions] };
  }

  of(batch: Batch): Batch {
    const columns: readonly Column[] = [...this.given.map(index => batch.columns[index]!), ...this.guards.map(guard => guard.evaluate(batch))];
    return { ...batch, schema: this.schema, columns };
  }
}

/** Places in the state of a key. */
const STATE = 0;
const SINCE = 1;
const WIDTH = 2;
const NO_STATE = -1;

class StateMachineLogic implements OrderedLogic {
  private readonly state = new NumberState([NO_STATE, 0]);
  /** Transitions from each state: where to, and which condition. */
  private readonly ways: readonly (readonly { readonly to: number; readonly condition: number }[])[];
  private readonly timeouts: readonly ({ readonly to: number; readonly afterMs: number } | undefined)[];

  constructor(
    private readonly config: StateMachineConfig,
    private readonly keyColumns: number
  ) {
    const { states, transitions, timeouts, columns } = config;
    this.ways = states.map(state =>
      transitions.flatMap(({ from, to }, index) => (from === state || from === ANY_STATE ? [{ to: states.indexOf(to), condition: columns.length + index }] : []))
    );
    this.timeouts = states.map(name => {
      const timeout = timeouts.find(({ state }) => state === name);
      return timeout === undefined ? undefined : { to: states.indexOf(timeout.to), afterMs: timeout.afterMs };
    });
  }

  resize(keyCount: number): void {
    this.state.resize(keyCount);
  }

  row(key: number, slot: number, work: OrderedWork): void {
    const { values } = this.state;
    const timeMs = work.rows.timeMs[slot]!;
    const at = key * WIDTH;
    if (values[at + STATE] === NO_STATE) {
      values[at + STATE] = this.config.states.indexOf(this.config.initial);
      values[at + SINCE] = timeMs;
      this.arm(key, timeMs, work);
    }
    const way = this.ways[values[at + STATE]!]!.find(({ condition }) => numberIn(work.rows.columns[condition]!, slot) === 1);
    if (way !== undefined) this.change(key, way.to, timeMs, slot, work);
    work.release(slot);
  }

  deadline(key: number, deadlineMs: number, work: OrderedWork): void {
    const timeout = this.timeouts[this.state.values[key * WIDTH + STATE]!];
    assert(timeout !== undefined, 'the state of a key with a deadline has a timeout');
    this.change(key, timeout.to, deadlineMs, null, work);
  }

  save(keyCount: number, _work: OrderedWork, writer: SnapshotWriter): void {
    this.state.save(keyCount, writer);
  }

  load(keyCount: number, _work: OrderedWork, reader: SnapshotReader): void {
    this.state.load(keyCount, reader);
  }

  private change(key: number, to: number, timeMs: number, slot: number | null, work: OrderedWork): void {
    const { values } = this.state;
    const at = key * WIDTH;
    const from = values[at + STATE]!;
    if (from !== to) {
      this.tell(key, { from, to, timeMs, durationMs: timeMs - values[at + SINCE]! }, slot, work);
      values[at + STATE] = to;
      values[at + SINCE] = timeMs;
    }
    this.arm(key, timeMs, work);
  }

  private arm(key: number, timeMs: number, work: OrderedWork): void {
    const timeout = this.timeouts[this.state.values[key * WIDTH + STATE]!];
    work.deadlines.set(key, timeout === undefined ? Infinity : timeMs + timeout.afterMs);
  }

  private tell(key: number, change: { readonly from: number; readonly to: number; readonly timeMs: number; readonly durationMs: number }, slot: number | null, work: OrderedWork): void {
    const { columns } = work.out;
    const [from, to, atMs, durationMs, ...given] = columns.slice(this.keyColumns);
    assert(from instanceof Utf8Builder && to instanceof Utf8Builder && atMs instanceof NumberBuilder && durationMs instanceof Int64Builder, 'the columns of a change');
    work.appendKey(key, columns);
    from.append(this.config.states[change.from]!);
    to.append(this.config.states[change.to]!);
    atMs.append(change.timeMs);
    durationMs.appendNumber(change.durationMs);
    given.forEach((into, index) => {
      if (slot === null) into.appendNull();
      else work.rows.columns[index]!.append(slot, into);
    });
    work.out.endRow(change.timeMs, work.at);
  }
}
