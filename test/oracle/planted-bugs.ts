/** A bug to plant: `find` stands exactly once in `file`. */
export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Bugs that a reasonable person could make in the engine, one for each rule that the oracle is to guard. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  { name: 'the watermark runs one millisecond ahead', file: 'engine/time/source-time.ts', find: 'eventTimeMs - this.options.maxOutOfOrdernessMs - 1', replace: 'eventTimeMs - this.options.maxOutOfOrdernessMs' },
  { name: 'an input is idle at its timeout instead of after it', file: 'engine/time/source-time.ts', find: 'arrivalTimeMs - input.lastArrivalMs > idleTimeoutMs', replace: 'arrivalTimeMs - input.lastArrivalMs >= idleTimeoutMs' },
  { name: 'the clock guard refuses a record at its bound', file: 'engine/time/source-time.ts', find: 'eventTimeMs > arrivalTimeMs + maxFutureSkewMs', replace: 'eventTimeMs >= arrivalTimeMs + maxFutureSkewMs' },
  { name: 'a restored source forgets when it last heard of an input', file: 'engine/time/source-time.ts', find: 'lastArrivalMs: reader.f64() }', replace: 'lastArrivalMs: reader.f64() * 0 }' },
  { name: 'the largest watermark is not released when all inputs are idle', file: 'engine/time/watermark-combiner.ts', find: 'if (this.idle) this.releaseMaximum();', replace: 'if (this.idle) this.releaseMinimum();' },
  { name: 'an input that comes back behind holds the others back', file: 'engine/time/watermark-combiner.ts', find: 'input.aligned = input.watermarkMs >= this.outputMs;', replace: 'input.aligned = true;' },
  { name: 'a union plays watermarks before the rows of the same input', file: 'engine/operator/port-merge.ts', find: 'limit = Math.min(limit, rowAt(this.ports[other]!) - (other < index ? 1 : 0), progressAt(this.ports[other]!));', replace: 'limit = Math.min(limit, rowAt(this.ports[other]!));' },
  { name: 'a filter keeps rows whose condition is null', file: 'engine/expression/condition.ts', find: 'next += values[i & mask]! & validity[i & mask]!;', replace: 'next += values[i & mask]! | (1 - validity[i & mask]!);' },
  { name: 'windows before 1970 are rounded towards it', file: 'engine/window/tumbling.ts', find: 'Math.floor(shifted / sizeMs)', replace: 'Math.trunc(shifted / sizeMs)' },
  { name: 'touching sessions stay apart', file: 'engine/window/session-lists.ts', find: 'cells.endMs(left) < time', replace: 'cells.endMs(left) <= time' },
  { name: 'a row is late at the end of its window, not after it', file: 'engine/window/assigner.ts', find: 'floorToGrid(watermarkMs + 1, assigner.endGridMs, assigner.endOffsetMs)', replace: 'floorToGrid(watermarkMs + 2, assigner.endGridMs, assigner.endOffsetMs)' },
  { name: 'hops that do not divide the size lose their last window', file: 'engine/window/assigner.ts', find: 'Math.ceil(spec.sizeMs / spec.hopMs)', replace: 'Math.max(1, Math.floor(spec.sizeMs / spec.hopMs))' },
  { name: 'a deadband keeps a value at its edge', file: 'engine/operator/stateful/deadband.ts', find: 'return distance > this.absolute', replace: 'return distance >= this.absolute' },
  { name: 'a join calls a row late at the watermark', file: 'engine/operator/streams/interval-join-operator.ts', find: 'batch.eventTimeMs[row]! < this.merge.watermarkMs', replace: 'batch.eventTimeMs[row]! <= this.merge.watermarkMs' }
];
