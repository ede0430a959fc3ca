/** How the arguments and the result of a function are typed. */
export type FunctionShape =
  /** Numbers as float64 → float64. */
  | 'real'
  /** A number → the same type for integers, float64 otherwise. */
  | 'rounding'
  /** A number → int64 for integers, float64 otherwise. */
  | 'magnitude'
  /** Numbers → their common type. */
  | 'extreme'
  /** Values of one type → that type. */
  | 'coalesce'
  /** Any value → bool, never null. */
  | 'isNull'
  /** A number → bool. */
  | 'isNaN'
  /** Text → text. */
  | 'textToText'
  /** Text → int32. */
  | 'textToInteger'
  /** Two texts → bool. */
  | 'textTest'
  /** A text, and two that are constants → text. */
  | 'textReplace';

export interface FunctionSpec {
  readonly name: string;
  readonly shape: FunctionShape;
  readonly argsMin: number;
  readonly argsMax: number;
  readonly doc: string;
}

/** Largest number of arguments of `min`, `max` and `coalesce`. */
export const ARGUMENTS_MAX = 16;
/** Code points of what `replace` gives; beyond it the result is null. */
export const REPLACED_LENGTH_MAX = 1_048_576;

const specs: readonly FunctionSpec[] = [
  { name: 'abs', shape: 'magnitude', argsMin: 1, argsMax: 1, doc: 'Magnitude of a number; an integer stays exact.' },
  { name: 'sign', shape: 'magnitude', argsMin: 1, argsMax: 1, doc: '-1, 0 or 1; NaN stays NaN.' },
  { name: 'round', shape: 'rounding', argsMin: 1, argsMax: 1, doc: 'Nearest integer, halves towards +Infinity (as Math.round).' },
  { name: 'floor', shape: 'rounding', argsMin: 1, argsMax: 1, doc: 'Largest integer not above the number.' },
  { name: 'ceil', shape: 'rounding', argsMin: 1, argsMax: 1, doc: 'Smallest integer not below the number.' },
  { name: 'sqrt', shape: 'real', argsMin: 1, argsMax: 1, doc: 'Square root; NaN for negative numbers.' },
  { name: 'exp', shape: 'real', argsMin: 1, argsMax: 1, doc: 'e to the power of the number.' },
  { name: 'ln', shape: 'real', argsMin: 1, argsMax: 1, doc: 'Natural logarithm (Math.log); -Infinity for 0, NaN below.' },
  { name: 'log10', shape: 'real', argsMin: 1, argsMax: 1, doc: 'Logarithm to base 10.' },
  { name: 'sin', shape: 'real', argsMin: 1, argsMax: 1, doc: 'Sine of an angle in radians.' },
  { name: 'cos', shape: 'real', argsMin: 1, argsMax: 1, doc: 'Cosine of an angle in radians.' },
  { name: 'tan', shape: 'real', argsMin: 1, argsMax: 1, doc: 'Tangent of an angle in radians.' },
  { name: 'pow', shape: 'real', argsMin: 2, argsMax: 2, doc: 'First argument to the power of the second, as float64.' },
  { name: 'atan2', shape: 'real', argsMin: 2, argsMax: 2, doc: 'Angle of the point (x, y) in radians, as atan2(y, x).' },
  { name: 'hypot', shape: 'real', argsMin: 2, argsMax: 2, doc: 'Length of the vector (x, y).' },
  { name: 'min', shape: 'extreme', argsMin: 2, argsMax: ARGUMENTS_MAX, doc: 'Smallest of the arguments; null if one is null, NaN if one is NaN.' },
  { name: 'max', shape: 'extreme', argsMin: 2, argsMax: ARGUMENTS_MAX, doc: 'Largest of the arguments; null if one is null, NaN if one is NaN.' },
  { name: 'clamp', shape: 'extreme', argsMin: 3, argsMax: 3, doc: 'clamp(x, low, high): min(max(x, low), high).' },
  { name: 'coalesce', shape: 'coalesce', argsMin: 2, argsMax: ARGUMENTS_MAX, doc: 'First argument that is not null.' },
  { name: 'isNull', shape: 'isNull', argsMin: 1, argsMax: 1, doc: 'true if the value is missing; never null itself.' },
  { name: 'isNaN', shape: 'isNaN', argsMin: 1, argsMax: 1, doc: 'true if the number is NaN; null stays null.' },
  { name: 'lower', shape: 'textToText', argsMin: 1, argsMax: 1, doc: 'Text in lower case, without regard to locale.' },
  { name: 'upper', shape: 'textToText', argsMin: 1, argsMax: 1, doc: 'Text in upper case, without regard to locale.' },
  { name: 'length', shape: 'textToInteger', argsMin: 1, argsMax: 1, doc: 'Number of Unicode code points of a text.' },
  { name: 'startsWith', shape: 'textTest', argsMin: 2, argsMax: 2, doc: 'true if the first text begins with the second.' },
  { name: 'contains', shape: 'textTest', argsMin: 2, argsMax: 2, doc: 'true if the second text occurs in the first.' },
  { name: 'replace', shape: 'textReplace', argsMin: 3, argsMax: 3, doc: 'replace(text, from, to): every occurrence of from, a constant text, becomes to, another one. Nothing in them has a special meaning. Null if the result has more than 1 048 576 code points.' }
];

/** The functions an expression may call, by name. */
export const functionSpecs: ReadonlyMap<string, FunctionSpec> = new Map(specs.map(spec => [spec.name, spec]));
