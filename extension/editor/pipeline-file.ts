/** Name of the widget factory that opens `*.pipeline.ts`. */
export const PIPELINE_FACTORY = 'Pipeline editor';
export const PIPELINE_FILE_TYPE = 'littoral-pipeline';

/** What "New pipeline file" writes: a small pipeline that compiles as it stands. */
export const PIPELINE_TEMPLATE = `import { count, float64, mean, mqtt, pipeline, publish, schema, timestampMs, tumbling, utf8 } from 'littoral';

const Temperature = schema({
  device: utf8(),
  tMs: timestampMs(),
  celsius: float64({ nullable: true, unit: '°C' })
});

const temperatures = mqtt('plant/+/temperature', {
  connection: 'plant',
  schema: Temperature,
  eventTime: 'tMs',
  maxOutOfOrdernessMs: 2_000
});

export default pipeline('temperature-watch')
  .from(temperatures)
  .keyBy('device')
  .window(tumbling({ sizeMs: 10_000 }))
  .aggregate({ n: count(), mean: mean('celsius') })
  .filter(r => r.mean > 60)
  .to(publish('alerts/{device}'));
`;
