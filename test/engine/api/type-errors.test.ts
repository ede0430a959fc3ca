import { describeCompiler } from '../../support/compiler-tests';

const head = `import { binary, bool, coalesce, collect, correlation, count, countDistinct, counting, covariance, first, float64, int64, isNull, lake, list, max, mean, median, min, mode, mqtt, pipeline, publish, quantile, range, rateOfChange, record, replay, rms, schema, session, sliding, slope, sqrt, timestampMs, tumbling, utf8, variance, welchPeak } from 'littoral';
const Vibration = schema({ tMs: timestampMs(), device: utf8(), x: list('float64', { size: 100 }), load: float64({ nullable: true }), on: bool(), serial: int64() });
const source = mqtt('plant/+/vibration', { connection: 'plant', schema: Vibration, eventTime: 'tMs', maxOutOfOrdernessMs: 1_500, topicColumns: { device: 1 } });
const rows = pipeline('bearing-watch').from(source);
const windowed = rows.keyBy('device').window(tumbling({ sizeMs: 1_000 }));
const results = windowed.aggregate({ n: count(), rms: rms('x'), peakHz: welchPeak('x', { sampleHz: 1_000 }) });
const scored = results.predict('bearing.onnx', { inputs: { features: ['rms', 'peakHz'] }, outputs: { score: 'score', label: { column: 'label', type: 'int64' } } });
`;

const good = `
const watch = scored
  .branch(rows => rows.to(lake('vibration', { partitionBy: ['day', 'device'] })))
  .filter((r, p) => r.score > p.threshold && r.label !== 1, { threshold: 0.8 })
  .select({ s: r => sqrt(r.score), d: r => r.device + '!', least: r => min(r.score, r.rms), known: r => coalesce(r.rms, 0) })
  .to(publish('alerts/{device}/{d}'));
await (await watch.run()).stop();
const recording = await record('plant/+/vibration', { seconds: 60 });
await replay(watch, recording);
await watch.validate(recording, { slo: { p99LatencyMs: 200 } });
await watch.export({ evidence: recording });
rows.filter(r => r.on && !isNull(r.load) && r['serial'] > 5).keyBy('device', 'serial').window(tumbling({ sizeMs: 5 }), { allowedLatenessMs: 1 }).aggregate({ who: first('device'), c: count('load'), hi: max('load'), m: mean('x') }).filter(r => r.revision > 0 && r.who > 'b' && r.serial > 1);
rows.window(tumbling({ sizeMs: 5 })).aggregate({ d: countDistinct('device'), m: median('x'), p99: quantile('load', { q: 0.99, method: 'hazen' }), often: mode('device'), is: mode('on'), v: variance('load', { ddof: 0 }), span: range('tMs'), rate: rateOfChange('load'), trend: slope('x'), both: covariance('load', 'serial'), r: correlation('load', 'serial'), all: collect('load', { limit: 10, beyond: 'keepLast' }) }).filter(r => r.often > 'b' && r.is && r.d > 1 && r.r < 0.5).window(tumbling({ sizeMs: 50 })).aggregate({ everything: rms('all') });
rows.keyBy('device').window(tumbling({ sizeMs: 5 }), { latePolicy: 'sideOutput', emit: { everyMs: 1 } }).aggregate({ n: count() }, { late: late => late.filter(r => r.load > 1).to(lake('late')) }).filter(r => r.revision > 0);
rows.keyBy('device').window(session({ gapMs: 5 }), { allowedLatenessMs: 1 }).aggregate({ n: count() }).filter(r => r.revision > 0).window(tumbling({ sizeMs: 5 })).aggregate({ latest: max('replaces') });
rows.window(sliding({ sizeMs: 5 }), { emit: 'onArrival' }).aggregate({ n: count() }).filter(r => !r.preview);
rows.window(counting({ rows: 5, hopRows: 2, emitPartial: true })).aggregate({ n: count() }).filter(r => r.n > 1);
const raw = mqtt('raw', { connection: 'plant', schema: schema({ tMs: timestampMs(), image: binary() }), eventTime: 'tMs', maxOutOfOrdernessMs: 0 });
const images = pipeline('images').from(raw).window(tumbling({ sizeMs: 5 }));
images.aggregate({ n: count('image') });
`;

const bad: readonly (readonly [name: string, code: string, message: RegExp])[] = [
  ['a column that does not exist, with the nearest', 'scored.filter(r => r.scroe > 1);', /Property 'scroe' does not exist on type '\{ readonly device: string;.*Did you mean 'score'\?/u],
  ['an aggregate of no column', "windowed.aggregate({ a: rms('y') });", /Type '"y"' is not assignable to type '"tMs" \| "x" \| "load" \| "serial"'/u],
  ['a number wanted from a text', "windowed.aggregate({ a: mean('device') });", /Type '"device"' is not assignable to type '"tMs" \| "x" \| "load" \| "serial"'/u],
  ['a first value of no column', "windowed.aggregate({ a: first('y') });", /Type '"y"' is not assignable to type '"tMs" \| "device" \| "x" \| "load" \| "on" \| "serial"'/u],
  ['a covariance with a text', "windowed.aggregate({ a: covariance('load', 'device') });", /'"device"' is not assignable to .*'"tMs" \| "x" \| "load" \| "serial"'/u],
  ['a median of a truth', "windowed.aggregate({ a: median('on') });", /Type '"on"' is not assignable to type '"tMs" \| "x" \| "load" \| "serial"'/u],
  ['a quantile without its share', "windowed.aggregate({ a: quantile('load', {}) });", /Property 'q' is missing/u],
  ['different images', "pipeline('i').from(mqtt('raw', { connection: 'plant', schema: schema({ tMs: timestampMs(), image: binary() }), eventTime: 'tMs', maxOutOfOrdernessMs: 0 })).window(tumbling({ sizeMs: 5 })).aggregate({ a: countDistinct('image') });", /Type '"image"' is not assignable to type '"tMs"'/u],
  ['a collected signal in arithmetic', "windowed.aggregate({ a: collect('load') }).filter(r => r.a > 1);", /Operator '>' cannot be applied to types 'Signal' and 'number'/u],
  ['a column that the window has left behind', 'results.filter(r => r.load > 1);', /Property 'load' does not exist on type '\{ readonly device: string; readonly windowStartMs: number;/u],
  ['a column that select has left out', 'rows.select({ a: r => r.load }).filter(r => r.on);', /Property 'on' does not exist on type '\{ readonly a: number; \}'/u],
  ['a condition that is a number', 'rows.filter(r => r.load);', /Type 'number' is not assignable to type 'boolean'/u],
  ['arithmetic with a signal', 'rows.filter(r => r.x > 1);', /Operator '>' cannot be applied to types 'Signal' and 'number'/u],
  ['a text compared with a number', 'rows.filter(r => r.device > 1);', /Operator '>' cannot be applied to types 'string' and 'number'/u],
  ['a key of no column', "rows.keyBy('devcie');", /Argument of type '"devcie"' is not assignable to parameter of type '"tMs" \| "device" \| "load" \| "on" \| "serial"'/u],
  ['a signal as a key', "rows.keyBy('x');", /Argument of type '"x"' is not assignable/u],
  ['an event time that is text', "mqtt('t', { connection: 'plant', schema: Vibration, eventTime: 'device', maxOutOfOrdernessMs: 0 });", /Type '"device"' is not assignable to type '"tMs" \| "serial"'/u],
  ['a source that does not say how late is late', "mqtt('t', { connection: 'plant', schema: Vibration, eventTime: 'tMs' });", /Property 'maxOutOfOrdernessMs' is missing/u],
  ['a topic column that is a number', "mqtt('t', { connection: 'plant', schema: Vibration, eventTime: 'tMs', maxOutOfOrdernessMs: 0, topicColumns: { load: 1 } });", /'load' does not exist in type '\{ readonly device\?: number/u],
  ['a window without size', 'rows.window(tumbling({}));', /Property 'sizeMs' is missing/u],
  ['late rows that have nowhere to go', "rows.window(tumbling({ sizeMs: 5 }), { latePolicy: 'sideOutput' }).aggregate({ n: count() });", /Expected 2 arguments, but got 1/u],
  ['a branch of late rows that are dropped', "windowed.aggregate({ n: count() }, { late: late => late.to(lake('late')) });", /Expected 1 arguments, but got 2/u],
  ['a revision of windows that leave once', "rows.window(tumbling({ sizeMs: 5 }), { emit: 'onClose' }).aggregate({ n: count() }).filter(r => r.revision > 0);", /Property 'revision' does not exist/u],
  ['options of windows of rows, which have none', "rows.window(counting({ rows: 5 }), { emit: 'onUpdate' });", /Type '"onUpdate"' is not assignable to type 'never'|Type 'string' is not assignable to type 'never'/u],
  ['previews of other windows', "rows.window(session({ gapMs: 5 }), { emit: 'onArrival' });", /Type '"onArrival"' is not assignable to type/u],
  ['revisions of sliding windows', "rows.window(sliding({ rows: 5 }), { emit: 'onUpdate' });", /Type '"onUpdate"' is not assignable to type '"onClose" \| "onArrival"/u],
  ['a preview of windows that have none', "rows.window(sliding({ rows: 5 })).aggregate({ n: count() }).filter(r => r.preview);", /Property 'preview' does not exist/u],
  ['a filter on windows before aggregate', 'windowed.filter(r => true);', /Property 'filter' does not exist on type 'WindowedStream</u],
  ['an aggregate without a window', 'rows.aggregate({ n: count() });', /Property 'aggregate' does not exist on type 'Stream</u],
  ['a run without a sink', 'results.run();', /Property 'run' does not exist on type 'KeyedStream</u],
  ['a step after the sink', "results.to(lake('t')).keyBy('device');", /Property 'keyBy' does not exist on type 'Pipeline'/u],
  ['a sink without a source', "pipeline('p').to(lake('t'));", /Property 'to' does not exist on type 'PipelineStart'/u],
  ['a branch that does not end in a sink', 'results.branch(all => all.filter(r => r.n > 1));', /missing the following properties from type 'Pipeline'/u],
  ['a placeholder of no column', "results.to(publish('alerts/{line}'));", /Type '"line"' is not assignable to type '"device" \| "n"/u],
  ['a partition of no column', "results.to(lake('t', { partitionBy: ['day', 'line'] }));", /Type '"line"' is not assignable to type '"device" \| "n"/u],
  ['a merge by no column', "results.to(lake('t', { partitionBy: ['day'], mergeBy: ['device', 'line'] }));", /Type '"line"' is not assignable to type '"device" \| "n"/u],
  ['a model input of no column', "results.predict('m.onnx', { inputs: { f: ['rsm'] }, outputs: { s: 's' } });", /Type '"rsm"' is not assignable to type '(?=.*"n")(?=.*"rms")(?=.*"windowEndMs")[^']*'/u],
  ['a parameter that was not given, with the nearest', 'rows.filter((r, p) => r.load > p.treshold, { threshold: 1 });', /Property 'treshold' does not exist on type '\{ threshold: number; \}'\. Did you mean 'threshold'\?/u],
  ['parameters without their values', 'rows.filter((r, p) => r.load > p.threshold);', /Target signature provides too few arguments/u],
  ['a list as a computed column', 'rows.select({ a: r => [r.load] });', /Type 'number\[\]' is not assignable to type 'Cell'/u],
  ['a revision without allowed lateness', 'results.filter(r => r.revision > 0);', /Property 'revision' does not exist/u]
];

describeCompiler('the compiler', { head, good, bad, accepts: 'accepts a whole program with every kind of step' });
