import { describeCompiler } from '../../support/compiler-tests';

const head = `import { count, float64, int64, isNull, lake, list, lookupTable, mqtt, pipeline, publish, schema, timestampMs, tumbling, utf8 } from 'littoral';
const options = { connection: 'plant', eventTime: 't', maxOutOfOrdernessMs: 1_500 } as const;
const p = pipeline('line');
const readings = p.from(mqtt('readings', { ...options, schema: schema({ t: timestampMs(), device: utf8(), line: int64(), x: list('float64'), load: float64() }) }));
const settings = p.from(mqtt('settings', { ...options, schema: schema({ t: timestampMs(), device: utf8(), line: utf8(), limit: float64() }) }));
const orders = p.from(mqtt('orders', { ...options, eventTime: 'placed', schema: schema({ placed: timestampMs(), device: utf8(), order: utf8() }) }));
const sites = lookupTable({ schema: schema({ device: utf8(), site: utf8(), height: float64({ nullable: true }) }), rows: [{ device: 'a', site: 'north', height: null }] });
`;

const good = `
const pairs = readings.intervalJoin(settings, { on: ['device'], lowerMs: -1_000, upperMs: 0, type: 'left', as: { right: 'set_' } });
pairs.filter(r => r.load > r.set_limit && r.set_line === 'n' && r.line > 1 && !isNull(r.set_t) && r.device > 'a').window(tumbling({ sizeMs: 5 })).aggregate({ n: count() }).filter(r => r.device > 'a').to(publish('a/{device}'));
readings.intervalJoin(orders, { on: ['device'], lowerMs: 0, upperMs: 1 }).to(publish('o/{order}/{placed}'));
readings.windowJoin(orders, { on: ['device'], window: tumbling({ sizeMs: 5 }), as: { left: 'l_' } }).filter(r => r.windowEndMs > r.l_t && r.order > 'a').to(lake('w', { partitionBy: ['order'] }));
readings.windowJoin(orders, { on: ['device'], window: tumbling({ sizeMs: 5 }), allowedLatenessMs: 5 }).filter(r => r.revision > 0).to(lake('v'));
readings.keyBy('line').lookup(sites, { on: ['device'], columns: ['site', 'height'], missing: 'drop' }).filter(r => r.site > 'm' && r.height > r.load).to(publish('s/{site}'));
readings.lookup(settings, { on: ['device'], columns: ['limit', 't'], as: { right: 'set_' }, retentionMs: 60_000, ttlMs: null }).filter(r => r.set_limit > r.load && r.set_t < r.t).to(lake('l'));
readings.deadLetters(letters => letters.keyBy('code').filter(l => l.topic > 'a' && !l.truncated && l.arrivalTimeMs > 0).to(lake('refused', { partitionBy: ['day', 'code'] }))).to(lake('rows'));
readings.featureView({ keys: ['device', 'line'], ttlMs: 60_000 }).filter(r => r.validUntilMs > r.t).to(publish('f/{device}/{line}', { retain: true }));
readings.featureView({ keys: ['device'] }).to(lake('f'));
readings.keyBy('device').union(readings.filter(r => r.load > 1).keyBy('device')).to(lake('u'));
`;

const bad: readonly (readonly [name: string, code: string, message: RegExp])[] = [
  ['a key that is in neither stream', "readings.intervalJoin(settings, { on: ['devcie'], lowerMs: 0, upperMs: 1, as: { right: 'r_' } });", /Type '"devcie"' is not assignable to type '"t" \| "device"'/u],
  ['a key that is text on one side and a number on the other', "readings.intervalJoin(settings, { on: ['line'], lowerMs: 0, upperMs: 1, as: { right: 'r_' } });", /Type '"line"' is not assignable to type '"t" \| "device"'/u],
  ['a key that only one stream has', "readings.windowJoin(orders, { on: ['order'], window: tumbling({ sizeMs: 5 }) });", /Type '"order"' is not assignable to type '"device"'/u],
  ['a join without a key', 'readings.intervalJoin(orders, { on: [], lowerMs: 0, upperMs: 1 });', /Source has 0 element\(s\) but target requires 1/u],
  ['a join without an interval', "readings.intervalJoin(orders, { on: ['device'] });", /missing the following properties.*lowerMs, upperMs/u],
  ['a window join without a window', "readings.windowJoin(orders, { on: ['device'] });", /Property 'window' is missing/u],
  ['columns that both sides have', "readings.intervalJoin(settings, { on: ['device'], lowerMs: 0, upperMs: 1 }).to(lake('x'));", /Property 'to' does not exist on type '(?=.*BothSidesHaveTheColumn<"t">)(?=.*BothSidesHaveTheColumn<"line">)/u],
  ['a column under the name of the other side', "pairs().filter(r => r.limit > 1);", /Property 'limit' does not exist on type '\{ readonly device: string;.*set_limit/u],
  ['a revision without allowed lateness', "readings.windowJoin(orders, { on: ['device'], window: tumbling({ sizeMs: 5 }) }).filter(r => r.revision > 0);", /Property 'revision' does not exist/u],
  ['a lookup of a column that the table does not have', "readings.lookup(sites, { on: ['device'], columns: ['stie'] });", /Type '"stie"' is not assignable to type '"device" \| "site" \| "height"'/u],
  ['a lookup by a column that the table does not have', "readings.lookup(sites, { on: ['line'], columns: ['site'] });", /Type '"line"' is not assignable to type '"device"'/u],
  ['a looked-up column that is there already', "readings.lookup(settings, { on: ['device'], columns: ['t'] }).to(lake('x'));", /Property 'to' does not exist on type 'BothSidesHaveTheColumn<"t">'/u],
  ['a table with a text where a number belongs', "lookupTable({ schema: schema({ device: utf8(), limit: float64() }), rows: [{ device: 'a', limit: 'high' }] });", /Type 'string' is not assignable to type 'number'/u],
  ['a table row without a column', "lookupTable({ schema: schema({ device: utf8(), limit: float64() }), rows: [{ device: 'a' }] });", /Property 'limit' is missing/u],
  ['a join with a finished pipeline', "readings.intervalJoin(orders.to(lake('x')), { on: ['device'], lowerMs: 0, upperMs: 1 });", /Type 'Pipeline' has no properties in common with type 'AnyStream</u],
  ['a join with a table', "readings.intervalJoin(sites, { on: ['device'], lowerMs: 0, upperMs: 1 });", /has no properties in common with type 'AnyStream</u],
  ['a union of other columns', 'readings.union(orders);', /is not assignable to parameter of type 'Stream</u],
  ['a feature view by no column', "readings.featureView({ keys: ['devcie'] });", /Type '"devcie"' is not assignable to type '(?=[^']*"device")(?=[^']*"line")[^']*'/u],
  ['an end of validity without a time to live', "readings.featureView({ keys: ['device'] }).filter(r => r.validUntilMs > 0);", /Property 'validUntilMs' does not exist/u],
  ['a column that letters do not have', "readings.deadLetters(letters => letters.filter(l => l.reason > 'a').to(lake('x')));", /Property 'reason' does not exist on type 'LetterRow'/u],
  ['letters that do not go anywhere', 'readings.deadLetters(letters => letters);', /is missing the following properties from type 'Pipeline'/u]
];

describeCompiler('the compiler, about several streams', { head, good, bad: bad.map(([name, line, message]) => [name, line.replace('pairs()', "readings.intervalJoin(settings, { on: ['device'], lowerMs: 0, upperMs: 1, as: { right: 'set_' } })"), message] as const), accepts: 'accepts joins, lookups and letters with the columns they have' });
