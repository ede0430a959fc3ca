/** Name of the widget factory that opens `*.pipeline.ts`. */
export const PIPELINE_FACTORY = 'Pipeline editor';
export const PIPELINE_FILE_TYPE = 'littoral-pipeline';

/** What "New pipeline file" writes: a small pipeline that compiles as it stands. */
export const PIPELINE_TEMPLATE = `import { count, mean, mqtt, pipeline, publish, schema, tumbling } from 'littoral';

const Temperature = schema({
  sensor: 'utf8',
  tMs: 'timestampMs',
  c: 'float64?'
});

export default pipeline('temperature-watch')
  .from(mqtt('plant/+/temperature', { connection: 'plant', schema: Temperature, eventTime: 'tMs', maxOutOfOrdernessMs: 2_000 }))
  .keyBy('sensor')
  .window(tumbling({ sizeMs: 10_000 }))
  .aggregate({ n: count(), mean: mean('c') })
  .filter(r => r.mean > 80)
  .to(publish('alerts/{sensor}'));
`;
