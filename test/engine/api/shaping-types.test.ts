import { describeCompiler } from '../../support/compiler-tests';

const head = `import { bool, count, float64, lake, list, mean, mqtt, pipeline, publish, schema, timestampMs, tumbling, utf8 } from 'littoral';
const Vibration = schema({ tMs: timestampMs(), device: utf8(), x: list('float64'), y: list('float64'), load: float64({ nullable: true }), on: bool() });
const rows = pipeline('p').from(mqtt('plant/+/vibration', { connection: 'plant', schema: Vibration, eventTime: 'tMs', maxOutOfOrdernessMs: 1_500 }));
const keyed = rows.keyBy('device');
`;

const good = `
keyed.derive({ g: r => r.load / 9.81, on: r => r.load > 1, name: r => r.device + '!' }).filter(r => r.g > 1 && r.on && r.name > 'a' && r.tMs > 0);
keyed.derive({ high: (r, p) => r.load > p.limit }, { limit: 3 }).filter(r => r.high);
keyed.drop('x', 'on').filter(r => r.load > 1 && r.device > 'a').window(tumbling({ sizeMs: 1 })).aggregate({ n: count('load') });
keyed.rename({ device: 'machine', load: 'force' }).filter(r => r.machine > 'a' && r.force > 1).to(publish('a/{machine}'));
keyed.rename({ device: 'machine' }).window(tumbling({ sizeMs: 1 })).aggregate({ n: count() }).filter(r => r.machine > 'a');
keyed.rename({ x: 'y', y: 'x' }).window(tumbling({ sizeMs: 1 })).aggregate({ m: mean('x') });
rows.cast({ load: 'utf8', on: 'int32', device: 'float64', x: { list: 'float32', size: 100 } }, { policy: 'null' }).filter(r => r.load > 'a' && r.on > 1 && r.device > 2);
keyed.explode({ column: 'x', everyMs: 1 }).filter(r => r.x > 1).keyBy('x');
keyed.explode({ column: 'x', as: 'v', index: 'i', timeColumn: 'at', everyMs: 0.1, stamped: 'last', whenEmpty: 'null' }).filter(r => r.v > r.i && r.at > 1 && r.device > 'a');
keyed.explode({ columns: { x: 'vx', y: 'vy' } }).select({ both: r => r.vx + r.vy }).to(lake('t', { partitionBy: ['device', 'day'] }));
keyed.sample({ every: 3 }).sample({ share: 0.1 }).sample({ share: 0.1, seed: 2 }).filter(r => r.load > 1).to(publish('a/{device}'));
keyed.tag({ device: { classification: 'pii' }, load: { unit: 'kN', lineage: ['cell 4'] } }).encrypt({ columns: ['load', 'x'], keyRef: 'plant' }).filter(r => r.load > 1);
keyed.encrypt({ columns: ['device', 'load'], keyRef: 'plant', tokens: { device: 'deviceToken' } }).filter(r => r.deviceToken > 'a' && r.load > 1).to(lake('t'));
keyed.validate({ rules: [{ name: 'a', check: 'notNull', columns: ['x', 'device'] }, { name: 'b', severity: 'warn', check: 'range', column: 'x', min: 0 }, { name: 'c', check: 'oneOf', column: 'device', values: ['a', 1] }] }).filter(r => r.load > 1).to(publish('a/{device}'));
keyed.validate({ rules: [{ name: 'a', severity: 'sideOutput', check: 'expression', holds: r => r.load > 1 && r.on }, { name: 'b', check: 'rowCount', everyMs: 1, max: 5 }], violationsColumn: 'broken' }, { invalid: rows => rows.filter(r => r.broken > 'a').to(lake('invalid', { partitionBy: ['broken'] })) }).filter(r => r.broken > 'a');
`;

const bad: readonly (readonly [name: string, code: string, message: RegExp])[] = [
  ['a derived column from no column', 'rows.derive({ g: r => r.laod });', /Property 'laod' does not exist on type/u],
  ['a derived column from a signal', 'rows.derive({ g: r => r.x * 2 });', /left-hand side of an arithmetic operation must be/u],
  ['a key that is derived anew', "keyed.derive({ device: r => 'a' });", /"\\"device\\" is a key and must stay; give the new column another name"/u],
  ['a derived column of another type', "rows.derive({ load: r => 'high' }).filter(r => r.load > 1);", /Operator '>' cannot be applied to types 'string' and 'number'/u],
  ['dropping no column', "rows.drop('laod');", /Argument of type '"laod"' is not assignable to parameter of type '(?=.*"load")(?=.*"device")[^']*'/u],
  ['dropping a key', "keyed.drop('device');", /Argument of type '"device"' is not assignable to parameter of type '(?!.*"device")[^']*'/u],
  ['a column that was dropped', "rows.drop('load').filter(r => r.load > 1);", /Property 'load' does not exist/u],
  ['renaming no column', "rows.rename({ laod: 'force' });", /'laod' does not exist in type '.*load/u],
  ['the old name of a column', "rows.rename({ load: 'force' }).filter(r => r.load > 1);", /Property 'load' does not exist/u],
  ['a cast of no column', "rows.cast({ laod: 'int32' });", /'laod' does not exist in type '.*load/u],
  ['a cast of a key', "keyed.cast({ device: 'int32' });", /'device' does not exist in type '.*load/u],
  ['a cast of a signal to a number', "rows.cast({ x: 'int32' });", /Type 'string' is not assignable to type 'ListType'/u],
  ['a cast of a bool to a time', "rows.cast({ on: 'timestampMs' });", /Type '"timestampMs"' is not assignable to type 'FromBool | undefined'/u],
  ['a number after it was cast to text', "rows.cast({ load: 'utf8' }).filter(r => r.load > 1);", /Operator '>' cannot be applied to types 'string' and 'number'/u],
  ['a policy that does not exist', "rows.cast({ load: 'int32' }, { policy: 'trunc' });", /Type '"trunc"' is not assignable to type 'CastPolicy/u],
  ['exploding a number', "rows.explode({ column: 'load' });", /Type '"load"' is not assignable to type '"x" \| "y"'/u],
  ['a list that was exploded', "rows.explode({ column: 'x', as: 'v' }).filter(r => r.x > 1);", /Property 'x' does not exist/u],
  ['an exploded list as a signal', "rows.explode({ column: 'x' }).cast({ x: { list: 'float32' } });", /Type '\{ list: string; \}' is not assignable to type 'FromNumber | undefined'/u],
  ['a sample without its size', 'rows.sample({});', /Argument of type '\{\}' is not assignable to parameter of type 'SampleOptions'/u],
  ['a tag of no column', "rows.tag({ laod: { unit: 'kN' } });", /'laod' does not exist in type '.*load/u],
  ['a classification that does not exist', "rows.tag({ load: { classification: 'private' } });", /Type '"private"' is not assignable to type 'Classification/u],
  ['encrypting no column', "rows.encrypt({ columns: ['laod'], keyRef: 'plant' });", /Type '"laod"' is not assignable to type '"tMs" \| "device"/u],
  ['a token of no column', "rows.encrypt({ columns: ['load'], keyRef: 'plant', tokens: { laod: 'a' } });", /'laod' does not exist in type '.*load/u],
  ['a rule of no column', "rows.validate({ rules: [{ name: 'a', check: 'notNull', columns: ['laod'] }] });", /Type '"laod"' is not assignable to type '"tMs" \| "device"/u],
  ['a range of a text', "rows.validate({ rules: [{ name: 'a', check: 'range', column: 'device', min: 0 }] });", /Type '"device"' is not assignable to type '"tMs" \| "x" \| "y" \| "load"'/u],
  ['the rate of a signal', "rows.validate({ rules: [{ name: 'a', check: 'rate', column: 'x', maxPerSecond: 1 }] });", /Type '"x"' is not assignable to type '"tMs" \| "load"'/u],
  ['a condition of no column', "rows.validate({ rules: [{ name: 'a', check: 'expression', holds: r => r.laod > 1 }] });", /Property 'laod' does not exist/u],
  ['violations without their column', "rows.validate({ rules: [] }).filter(r => r.broken > 'a');", /Property 'broken' does not exist/u]
];

describeCompiler('the compiler, of steps that shape rows,', { head, good, bad, accepts: 'accepts what is possible and follows the columns through every step' });
