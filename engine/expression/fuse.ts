import type { NumberPair } from './arithmetic-loops';
import type { FourLoop } from './fused-four';
import { bothFirst, distance, rootOfSumOfProducts, sumOfProducts } from './fused-four';
import type { Operator, ThreeLoop } from './fused-left';
import { leftFirst } from './fused-left';
import { rightFirst, rootOfProductPlus } from './fused-right';
import type { Typed, TypedApply } from './typed';

/** Several operations in one loop, and the expressions that are its operands. */
export type Fused =
  | { readonly two: NumberPair; readonly operands: readonly [Typed, Typed] }
  | { readonly three: ThreeLoop; readonly operands: readonly [Typed, Typed, Typed] }
  | { readonly four: FourLoop; readonly operands: readonly [Typed, Typed, Typed, Typed] };

/**
 * Chooses which operations of a tree of doubles share a loop, so that there are the fewest loops:
 *
 *   (a + b) * (a - b) / (c + 1)       (a + b) * (a - b) is one loop, that over (c + 1) another
 */
export class Fusion {
  private readonly best = new Map<Typed, { readonly loops: number; readonly fused: Fused | null }>();

  /** `node` as several operations in one loop, or null when that saves none. */
  of(node: TypedApply): Fused | null {
    return this.choose(node).fused;
  }

  private loopsOf(node: Typed): number {
    return node.kind === 'apply' ? this.choose(node).loops : node.kind === 'cast' ? 1 + this.loopsOf(node.operand) : 0;
  }

  private choose(node: TypedApply): { readonly loops: number; readonly fused: Fused | null } {
    const known = this.best.get(node);
    if (known !== undefined) return known;
    let best: { loops: number; fused: Fused | null } = { loops: 1 + this.loopsOfAll(node.args), fused: null };
    for (const fused of node.type === 'float64' ? this.waysOf(node) : []) {
      const loops = 1 + this.loopsOfAll(fused.operands);
      if (loops < best.loops) best = { loops, fused };
    }
    this.best.set(node, best);
    return best;
  }

  private loopsOfAll(nodes: readonly Typed[]): number {
    return nodes.reduce((sum, node) => sum + this.loopsOf(node), 0);
  }

  private waysOf(node: TypedApply): readonly Fused[] {
    const [left, right] = node.args;
    if (left === undefined) return [];
    if (right !== undefined) return isOperator(node.primitive) ? waysOfPair(node.primitive, left, right) : [];
    if (left.kind !== 'apply') return [];
    if (node.primitive === 'abs' && left.primitive === '-' && left.type === 'float64') return [{ two: distance, operands: [left.args[0]!, left.args[1]!] }];
    return node.primitive === 'sqrt' ? rootsOf(this.waysOf(left)) : [];
  }
}

/** The length of a vector, for one. */
function rootsOf(radicands: readonly Fused[]): readonly Fused[] {
  return radicands.flatMap((inner): Fused[] => {
    if ('four' in inner) return inner.four === sumOfProducts ? [{ four: rootOfSumOfProducts, operands: inner.operands }] : [];
    return 'three' in inner && inner.three === leftFirst['+']['*'] ? [{ three: rootOfProductPlus, operands: inner.operands }] : [];
  });
}

function waysOfPair(outer: Operator, left: Typed, right: Typed): readonly Fused[] {
  const [a, b] = [operation(left), operation(right)];
  const ways: Fused[] = [];
  if (a !== null && b !== null) ways.push(...bothOpen(outer, a, b));
  if (a !== null) ways.push({ three: leftFirst[outer][a.operator], operands: [...a.operands, right] });
  if (b !== null) ways.push({ three: outer === '-' || outer === '/' ? rightFirst[outer][b.operator] : leftFirst[outer][b.operator], operands: [...b.operands, left] });
  return ways;
}

function bothOpen(outer: Operator, a: Operation, b: Operation): readonly Fused[] {
  const straight = bothFirst[`${a.operator}${outer}${b.operator}`];
  if (straight !== undefined) return [{ four: straight, operands: [...a.operands, ...b.operands] }];
  const turned = outer === '+' || outer === '*' ? bothFirst[`${b.operator}${outer}${a.operator}`] : undefined;
  return turned === undefined ? [] : [{ four: turned, operands: [...b.operands, ...a.operands] }];
}

interface Operation {
  readonly operator: Operator;
  readonly operands: readonly [Typed, Typed];
}

function operation(node: Typed): Operation | null {
  if (node.kind !== 'apply' || node.type !== 'float64' || !isOperator(node.primitive)) return null;
  return { operator: node.primitive, operands: [node.args[0]!, node.args[1]!] };
}

function isOperator(primitive: string): primitive is Operator {
  return primitive === '+' || primitive === '-' || primitive === '*' || primitive === '/';
}
