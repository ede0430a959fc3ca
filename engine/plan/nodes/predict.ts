import type { ListType } from '../../schema/schema';
import { columnName, columnNames } from '../column-names';
import { modelForm } from '../forms';
import { ObjectReader, planInvalid } from '../json-reader';
import { PLAN_LIMITS } from '../limits';
import type { UnaryNode } from '../plan';

/** Runs an ONNX model over the rows and adds its outputs as columns. */
export interface PredictNode extends UnaryNode {
  readonly op: 'predict';
  readonly config: {
    /** File name of the model beside the plan or in the bundle. */
    readonly model: string;
    /** Model input name → columns of the stream, in tensor order. */
    readonly inputs: Readonly<Record<string, readonly string[]>>;
    readonly outputs: PredictOutputs;
    /** What happens to rows whose inference fails. */
    readonly onError: 'deadLetter' | 'null' | 'fallback';
    /** With onError `fallback`: the value of each output column that is a number. */
    readonly fallback?: Readonly<Record<string, number>>;
    /** Recurrent models: state input → the output that is its next value. Kept per key, zeros at first. */
    readonly state?: Readonly<Record<string, { readonly output: string; readonly shape: readonly number[] }>>;
    /** Recurrent models: the form of an input for one row, null for what its values fill, e.g. [null, 1, 3] for time steps of 3. */
    readonly shapes?: Readonly<Record<string, readonly (number | null)[]>>;
    /** A second model on the same rows, whose answers are only compared with those of the first. */
    readonly shadow?: ShadowConfig;
    /** Largest batch the model is given; absent: as many rows as the step has, up to 4096. */
    readonly rowsPerRequest?: number;
  };
}

/** A model that may become the next one. It never changes what happens to a row; its failures are counted. */
export interface ShadowConfig {
  readonly model: string;
  /** Numbers up to this far apart agree; absent: only equal ones. */
  readonly tolerance?: number;
  /** Its own answers as further columns, null where it gave none; absent: they go nowhere. */
  readonly outputs?: PredictOutputs;
}

/** Model output name → new column. */
export type PredictOutputs = Readonly<Record<string, { readonly column: string; readonly type: PredictOutputType }>>;
/** One number per row, or a list of them. */
export type PredictOutputType = NumberType | ListType;
type NumberType = 'float32' | 'float64' | 'int64' | 'int32';

const NUMBER_TYPES: readonly NumberType[] = ['float32', 'float64', 'int64', 'int32'];
const DIMENSIONS_MAX = 8;

/** The config of a predict node, read strictly from untrusted JSON. */
export function parsePredict(json: unknown, path: string): PredictNode['config'] {
  const reader = new ObjectReader(json, path);
  const config: PredictNode['config'] = {
    model: reader.text('model', PLAN_LIMITS.columnNameLengthMax, modelForm),
    inputs: reader.entries('inputs', 1, PLAN_LIMITS.tensorsMax, (inputs, tensor) => columnNames(inputs, tensor, 1, PLAN_LIMITS.columnsMax)),
    outputs: parseOutputs(reader),
    onError: reader.oneOf('onError', ['deadLetter', 'null', 'fallback']),
    ...(reader.has('fallback') ? { fallback: reader.entries('fallback', 1, PLAN_LIMITS.tensorsMax, (values, column) => values.number(column, -Number.MAX_VALUE, Number.MAX_VALUE)) } : {}),
    ...(reader.has('state') ? { state: reader.entries('state', 1, PLAN_LIMITS.tensorsMax, (states, tensor) => parseState(states.object(tensor))) } : {}),
    ...(reader.has('shapes') ? { shapes: reader.entries('shapes', 1, PLAN_LIMITS.tensorsMax, (shapes, tensor) => shapes.list(tensor, 1, DIMENSIONS_MAX, (size, path) => new ObjectReader({ size }, path).integerOrNull('size', 1))) } : {}),
    ...(reader.has('shadow') ? { shadow: parseShadow(reader.object('shadow')) } : {}),
    ...(reader.has('rowsPerRequest') ? { rowsPerRequest: reader.integer('rowsPerRequest', 1, PLAN_LIMITS.requestRowsMax) } : {})
  };
  reader.end();
  return config;
}

function parseOutputs(reader: ObjectReader): PredictOutputs {
  return reader.entries('outputs', 1, PLAN_LIMITS.tensorsMax, (outputs, tensor) => {
    const output = outputs.object(tensor);
    const parsed = { column: columnName(output, 'column'), type: parseType(output) };
    output.end();
    return parsed;
  });
}

function parseType(reader: ObjectReader): PredictOutputType {
  if (typeof reader.raw('type') === 'string') return reader.oneOf('type', NUMBER_TYPES);
  const list = reader.object('type');
  const type: ListType = { list: list.oneOf('list', ['int32', 'float32', 'float64']), ...(list.has('size') ? { size: list.integer('size', 1, PLAN_LIMITS.listSizeMax) } : {}) };
  list.end();
  return type;
}

function parseState(reader: ObjectReader): { readonly output: string; readonly shape: readonly number[] } {
  const shape = reader.list('shape', 1, DIMENSIONS_MAX, (size, path) => new ObjectReader({ size }, path).integer('size', 1, PLAN_LIMITS.listSizeMax));
  if (shape.reduce((product, size) => product * size, 1) > PLAN_LIMITS.listSizeMax) throw planInvalid(reader.at('shape'), `got ${shape.join(' × ')} numbers`, `at most ${PLAN_LIMITS.listSizeMax}`);
  const state = { output: reader.text('output', PLAN_LIMITS.columnNameLengthMax), shape };
  reader.end();
  return state;
}

function parseShadow(reader: ObjectReader): ShadowConfig {
  const shadow: ShadowConfig = {
    model: reader.text('model', PLAN_LIMITS.columnNameLengthMax, modelForm),
    ...(reader.has('tolerance') ? { tolerance: reader.number('tolerance', 0, Number.MAX_VALUE) } : {}),
    ...(reader.has('outputs') ? { outputs: parseOutputs(reader) } : {})
  };
  reader.end();
  return shadow;
}
