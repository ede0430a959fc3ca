import type { Random } from '../../oracle/random';

/** Columns that the rows have, and names that they have not: the way out of every sandbox leads through one of these. */
export const COLUMNS = ['x', 'n', 's', 'ok', 't', 'i'];
const NAMES = ['constructor', '__proto__', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__', '__lookupGetter__', 'secret', 'length', 'columns', 'dictionary', 'buffer', 'call', 'apply', 'bind', 'name', 'then'];
const OUTER = ['canary', 'globalThis', 'window', 'self', 'process', 'require', 'module', 'eval', 'Function', 'Object', 'Reflect', 'Proxy', 'Symbol', 'Array', 'String', 'Number', 'Math', 'JSON', 'Date', 'Promise', 'fetch', 'importScripts', 'WebAssembly', 'undefined', 'NaN', 'Infinity', 'arguments', '$notebook', 'littoral_1', 'batch', 'p', 'r'];
const FUNCTIONS = ['abs', 'sqrt', 'round', 'min', 'max', 'clamp', 'coalesce', 'isNull', 'isNaN', 'lower', 'upper', 'length', 'startsWith', 'contains', 'pow', 'atan2', 'hypot', 'ln', 'sign'];
const BINARY = ['+', '-', '*', '/', '%', '**', '<', '<=', '>', '>=', '==', '===', '!=', '!==', '&&', '||', '??'];
const FOREIGN = ['&', '|', '^', '<<', '>>', '>>>', 'in', 'instanceof', ',', '='];
const LITERALS = ['0', '1', '-1', '2.5', '1e308', '5n', '9223372036854775807n', '9007199254740993', '0x1F', '"a"', "''", '"canary()"', 'true', 'false', 'null', '1_000', '/x/u', '"\\u0078"', '"__proto__"'];

/** Texts of random syntax trees: by ESTree type, mostly of the language so that they get far, partly hostile. */
export class RandomSyntax {
  constructor(private readonly choices: Random) {}

  /** A whole function text. */
  program(): string {
    const body = this.expression(1 + this.choices.int(0, 5));
    switch (this.choices.int(0, 23)) {
      case 0:
        return `(r = canary()) => ${body}`;
      case 1:
        return `({ x = canary(), ...rest }) => ${body}`;
      case 2:
        return `([r]) => ${body}`;
      case 3:
        return `(...r) => ${body}`;
      case 4:
        return `async r => ${body}`;
      case 5:
        return `function (r) { return ${body} }`;
      case 6:
        return `r => { ${this.statement()} return ${body} }`;
      case 7:
        return `r => { return ${body} }`;
      case 8:
        return `${body}`;
      case 9:
        return `r => ${body}; canary()`;
      case 10:
        return `(r, p) => ${body}`;
      case 11:
        return `${this.choices.pick(['__proto__', 'constructor', 'x', '$', 'arguments', 'await'])} => ${body}`;
      default:
        return `r => ${body}`;
    }
  }

  private expression(depth: number): string {
    if (depth <= 0) return this.choices.chance(1 / 8) ? this.choices.pick(OUTER) : this.leaf();
    return this.choices.chance(1 / 9) ? this.hostile(depth - 1) : this.good(depth - 1);
  }

  private leaf(): string {
    switch (this.choices.int(0, 4)) {
      case 0:
        return this.choices.pick(LITERALS);
      case 1:
        return `r["${this.choices.pick(COLUMNS)}"]`;
      case 2:
        return 'p.k';
      default:
        return `r.${this.choices.pick(COLUMNS)}`;
    }
  }

  private good(depth: number): string {
    const next = (): string => this.expression(depth);
    switch (this.choices.int(0, 8)) {
      case 0:
        return this.leaf();
      case 1:
        return `${this.choices.pick(['-', '+', '!'])}(${next()})`;
      case 2:
      case 3:
      case 4:
        return `(${next()} ${this.choices.pick(BINARY)} ${next()})`;
      case 5:
        return `(${next()} ? ${next()} : ${next()})`;
      case 6:
        return `Math.${this.choices.pick(['abs', 'sqrt', 'min', 'max', 'floor', 'log', 'PI', 'random', 'constructor'])}(${next()})`;
      case 7:
        return `(${next()}).${this.choices.pick(['startsWith', 'includes', 'toLowerCase', 'at', 'constructor'])}(${next()})`;
      default:
        return `${this.choices.pick(FUNCTIONS)}(${Array.from({ length: 1 + this.choices.int(0, 2) }, next).join(', ')})`;
    }
  }

  private hostile(depth: number): string {
    const next = (): string => this.expression(depth);
    const { choices } = this;
    const name = choices.pick(choices.chance(0.5) ? NAMES : COLUMNS);
    const forms: readonly (() => string)[] = [
      () => `r.${name}`,
      () => `r.${escaped(name)}`,
      () => `r["${hexed(name)}"]`,
      () => `r[${next()}]`,
      () => `r?.${name}`,
      () => `r?.[${next()}]`,
      () => `(${next()}).${name}`,
      () => `(${next()}).constructor.constructor("canary()")()`,
      () => `(${next()})["constr" + "uctor"]`,
      () => `p.${name}`,
      () => choices.pick(OUTER),
      () => `${choices.pick(OUTER)}(${next()})`,
      () => `${choices.pick(OUTER)}.${name}(${next()})`,
      () => `(0, ${choices.pick(OUTER)}.${name})(${next()})`,
      () => `(0, littoral_1.${choices.pick(FUNCTIONS)})(${next()})`,
      () => `(${next()}, ${next()})`,
      () => `(canary(), ${next()})`,
      () => `${choices.pick(FUNCTIONS)}?.(${next()})`,
      () => `${choices.pick(FUNCTIONS)}(...${next()})`,
      () => `\`\${${next()}}\``,
      () => 'canary`x`',
      () => `(${next()})\`\${canary()}\``,
      () => `new ${choices.pick(OUTER)}(${next()})`,
      () => 'new.target',
      () => `import(${next()})`,
      () => 'import.meta',
      () => 'this',
      () => 'super.x',
      () => `(() => ${next()})()`,
      () => `(function () { canary(); return ${next()} })()`,
      () => '(class { static { canary() } })',
      () => `({ get x() { return canary() }, [${next()}]: 1 })`,
      () => `({ __proto__: ${next()} })`,
      () => `[${next()}, ...${next()}]`,
      () => `(r.${name} = ${next()})`,
      () => `(r.${name} += ${next()})`,
      () => `([r.${name} = canary()] = [${next()}])`,
      () => `r.${name}++`,
      () => `delete r.${name}`,
      () => `typeof ${next()}`,
      () => `void ${next()}`,
      () => `await ${next()}`,
      () => `yield ${next()}`,
      () => `(${next()} ${choices.pick(FOREIGN)} ${next()})`,
      () => `#secret in r`,
      () => `/${'(a+)+'}$/.test(${next()})`,
      () => `(${next()}) /* ${name} */ <!-- canary()`,
      () => `"${'\\u{5f}\\u{5f}proto__'}"`
    ];
    return choices.pick(forms)();
  }

  private statement(): string {
    return this.choices.pick(['canary();', 'a: for (;;) { break a }', 'var r = { x: 1 };', 'let x = canary();', 'if (r) canary();', 'throw canary();', 'debugger;', '"use strict";', 'with (r) { x }', 'class A {}', ';', 'try { r } catch { canary() }']);
  }
}

/** An identifier whose first letter is a Unicode escape. */
function escaped(name: string): string {
  return `\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}`;
}

function hexed(name: string): string {
  return Array.from(name, letter => `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`).join('');
}
