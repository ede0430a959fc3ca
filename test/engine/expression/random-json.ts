import type { Random } from '../../oracle/random';
import { COLUMNS } from './random-syntax';

const KINDS = ['literal', 'column', 'unary', 'binary', 'conditional', 'call'];
const KEYS = ['kind', 'value', 'type', 'name', 'op', 'operand', 'left', 'right', 'test', 'then', 'otherwise', 'fn', 'args', 'offset', '__proto__', 'constructor', 'toJSON', 'length'];
const WORDS = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'secret', '', '0', 'NaN', 'x y', '\u0000', '\ud800', 'coalesce', 'min', 'if', 'apply', '&&', 'pow'];
const TYPES = ['bool', 'int32', 'int64', 'float64', 'utf8', 'timestampMs', 'null', 'binary', 'float32', 'list', '__proto__'];
const OPS = ['+', '-', '*', '/', '%', '**', '<', '>=', '==', '!=', '&&', '||', '??', '!', '===', 'in', 'constructor'];
const FUNCTIONS = ['abs', 'sqrt', 'min', 'max', 'clamp', 'coalesce', 'isNull', 'isNaN', 'lower', 'length', 'startsWith', 'round', 'constructor', 'eval', '__proto__', 'Math.abs'];
const VALUES: readonly unknown[] = [0, -0, 1, 1.5, 1e308, -1e400, 2 ** 31, 2 ** 53, '5', '9223372036854775807', '9223372036854775808', '01', 'a', '', true, false, null, [], {}, [1]];

/** JSON texts that look like expressions of a Plan, of which some are. `JSON.parse` makes own properties of hostile names. */
export class RandomJson {
  constructor(private readonly choices: Random) {}

  text(): string {
    return JSON.stringify(this.node(1 + this.choices.int(0, 4))).replace(/"§([a-zA-Z_]+)"/gu, '"$1"');
  }

  private node(depth: number): unknown {
    const { choices } = this;
    if (choices.chance(1 / 25)) return choices.pick(VALUES);
    const made = this.kind(depth <= 0 ? choices.pick(['literal', 'column', 'column']) : choices.pick(KINDS), depth - 1);
    if (!choices.chance(1 / 20)) return made;
    return { ...made, [`§${choices.pick(KEYS)}`]: choices.chance(0.5) ? choices.pick(VALUES) : this.node(depth - 1) };
  }

  private kind(kind: string, depth: number): Record<string, unknown> {
    const { choices } = this;
    const next = (): unknown => this.node(depth);
    switch (kind) {
      case 'literal':
        return { kind, ...this.literal() };
      case 'column':
        return { kind, name: choices.chance(1 / 12) ? choices.pick(WORDS) : choices.pick(COLUMNS), ...(choices.chance(1 / 6) ? { offset: choices.pick(VALUES) } : {}) };
      case 'unary':
        return { kind, op: choices.pick(['-', '+', '!']), operand: next() };
      case 'binary':
        return { kind, op: choices.pick(OPS), left: next(), right: next() };
      case 'conditional':
        return { kind, test: next(), then: next(), otherwise: next() };
      default:
        return { kind, fn: choices.pick(FUNCTIONS), args: choices.chance(1 / 20) ? choices.pick(VALUES) : Array.from({ length: choices.int(0, 3) }, next) };
    }
  }

  private literal(): Record<string, unknown> {
    const { choices } = this;
    if (choices.chance(1 / 4)) return { value: choices.pick(VALUES), type: choices.pick(TYPES) };
    return choices.pick([
      { value: 2, type: 'int32' },
      { value: '9007199254740993', type: 'int64' },
      { value: 0.5, type: 'float64' },
      { value: 'a', type: 'utf8' },
      { value: true, type: 'bool' },
      { value: null, type: 'null' },
      { value: 1.7e12, type: 'timestampMs' }
    ]);
  }
}
