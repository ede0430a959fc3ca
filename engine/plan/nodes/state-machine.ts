import type { Expression } from '../../expression/ast';
import { expressionFromJson } from '../../expression/json';
import { columnNames } from '../column-names';
import { nameForm } from '../forms';
import { ObjectReader, refuseDuplicates } from '../json-reader';
import { PLAN_LIMITS } from '../limits';
import type { UnaryNode } from '../plan';

const STATES_MAX = 256;
const TRANSITIONS_MAX = 256;

/** Keeps a state per key and tells its changes. */
export interface StateMachineNode extends UnaryNode {
  readonly op: 'stateMachine';
  readonly config: {
    readonly initial: string;
    readonly states: readonly string[];
    /** In the order in which they are tried; `from` may be `*`. */
    readonly transitions: readonly { readonly from: string; readonly to: string; readonly when: Expression }[];
    /** At most one per state. */
    readonly timeouts: readonly { readonly state: string; readonly afterMs: number; readonly to: string }[];
    readonly columns: readonly string[];
  };
}

/** The config of a state machine, read strictly from untrusted JSON. */
export function parseStateMachine(json: unknown, path: string): StateMachineNode['config'] {
  const reader = new ObjectReader(json, path);
  const config: StateMachineNode['config'] = {
    initial: stateName(reader, 'initial'),
    states: reader.list('states', 1, STATES_MAX, (item, place) => stateName(new ObjectReader({ state: item }, place), 'state')),
    transitions: reader.list('transitions', 0, TRANSITIONS_MAX, parseTransition),
    timeouts: reader.list('timeouts', 0, STATES_MAX, parseTimeout),
    columns: columnNames(reader, 'columns', 0, PLAN_LIMITS.columnsMax)
  };
  reader.end();
  refuseDuplicates(config.states, reader.at('states'), 'state');
  refuseDuplicates(config.timeouts.map(({ state }) => state), reader.at('timeouts'), 'timeout of state');
  return config;
}

function stateName(reader: ObjectReader, name: string): string {
  return reader.text(name, PLAN_LIMITS.nameLengthMax, nameForm);
}

function parseTransition(json: unknown, path: string): StateMachineNode['config']['transitions'][number] {
  const reader = new ObjectReader(json, path);
  const transition = { from: reader.raw('from') === '*' ? '*' : stateName(reader, 'from'), to: stateName(reader, 'to'), when: expressionFromJson(reader.raw('when'), reader.at('when')) };
  reader.end();
  return transition;
}

function parseTimeout(json: unknown, path: string): StateMachineNode['config']['timeouts'][number] {
  const reader = new ObjectReader(json, path);
  const timeout = { state: stateName(reader, 'state'), afterMs: reader.integer('afterMs', 1), to: stateName(reader, 'to') };
  reader.end();
  return timeout;
}
